import test from 'ava';
import fc from 'fast-check';
import {
  judge,
  type Look,
  MAX_CLOSING_MS,
  MAX_LAG_MS,
  MAX_OFF_AIR_MS,
  MAX_PROGRAMME_LAG_MS,
  MAX_QUIET_MS,
  MIN_SPAN_MS,
  type Vitals,
} from '../../../src/device/watchdog/judge.ts';

const RATE_HZ = 48_000;
const SPAN_MS = 3000;

/** A box that is well, `atMs` after it went on air. */
function look(atMs: number, vitals: Partial<Vitals> = {}, rest: Partial<Look> = {}): Look {
  return {
    atMs,
    lagMs: 3,
    offAirMs: 0,
    vitals: {
      sinceMs: 0,
      rateHz: RATE_HZ,
      programme: { framesSent: (atMs * RATE_HZ) / 1000, skippedMs: 0, lagMs: 12 },
      source: { doing: 'capturing', quietMs: 8 },
      closingMs: 0,
      feeds: ['mp3', 'opus'].map((id) => ({ id, run: 1, chunks: atMs / 20, sentBytes: atMs * 16 })),
      ...vitals,
    },
    ...rest,
  };
}

const frames = (ms: number) => (ms * RATE_HZ) / 1000;
const programme = (sentMs: number, skippedMs = 0, lagMs = 12) => ({ framesSent: frames(sentMs), skippedMs, lagMs });
const feed = (id: string, run: number, chunks: number, sentBytes: number) => ({ id, run, chunks, sentBytes });
const BEFORE = look(1000);
const AT_MS = 1000 + SPAN_MS;

for (const [what, now, before, expected] of [
  ['all is well', look(AT_MS), BEFORE, []],
  ['the first look', look(AT_MS), undefined, []],
  ['no card', look(AT_MS, { source: { doing: 'waiting', quietMs: 1000 } }), BEFORE, []],
  ['a source that is stopped', look(AT_MS, { source: { doing: 'nothing', quietMs: 1e9 } }), BEFORE, []],
  ['nobody listens', look(AT_MS, { feeds: [] }), BEFORE, []],
  ['a restart', look(AT_MS, {}, { offAirMs: 5000, vitals: undefined }), BEFORE, []],
  ['an endless restart', look(AT_MS, {}, { offAirMs: MAX_OFF_AIR_MS, vitals: undefined }), BEFORE, ['restart']],
  ['a late loop', look(AT_MS, {}, { lagMs: MAX_LAG_MS }), BEFORE, ['event loop']],
  ['a loop that is nearly late', look(AT_MS, {}, { lagMs: MAX_LAG_MS - 1 }), BEFORE, []],
  ['a late loop while off air', look(AT_MS, {}, { lagMs: MAX_LAG_MS, vitals: undefined }), BEFORE, ['event loop']],
  [
    'a programme that is late',
    look(AT_MS, { programme: programme(AT_MS, 0, MAX_PROGRAMME_LAG_MS) }),
    BEFORE,
    ['programme'],
  ],
  ['a programme that sends nothing', look(AT_MS, { programme: programme(1000) }), BEFORE, ['programme']],
  [
    'a programme at less than half its pace',
    look(AT_MS, { programme: programme(1000 + 0.49 * SPAN_MS) }),
    BEFORE,
    ['programme'],
  ],
  ['an uneven programme', look(AT_MS, { programme: programme(1000 + 0.6 * SPAN_MS) }), BEFORE, []],
  ['time that was given up', look(AT_MS, { programme: programme(2000, SPAN_MS - 1000) }), BEFORE, []],
  ['a late programme that sends nothing', look(AT_MS, { programme: programme(1000, 0, 9000) }), BEFORE, ['programme']],
  [
    'a thread that hangs',
    look(AT_MS, { source: { doing: 'capturing', quietMs: MAX_QUIET_MS.capturing } }),
    BEFORE,
    ['source'],
  ],
  [
    'a thread that is late',
    look(AT_MS, { source: { doing: 'capturing', quietMs: MAX_QUIET_MS.capturing - 1 } }),
    BEFORE,
    [],
  ],
  ['a slow opening', look(AT_MS, { source: { doing: 'opening', quietMs: 9000 } }), BEFORE, []],
  [
    'an endless opening',
    look(AT_MS, { source: { doing: 'opening', quietMs: MAX_QUIET_MS.opening } }),
    BEFORE,
    ['source'],
  ],
  [
    'cards that do not answer',
    look(AT_MS, { source: { doing: 'looking', quietMs: MAX_QUIET_MS.looking } }),
    BEFORE,
    ['source'],
  ],
  [
    'a next try that never comes',
    look(AT_MS, { source: { doing: 'waiting', quietMs: MAX_QUIET_MS.waiting } }),
    BEFORE,
    ['source'],
  ],
  ['a thread that does not end', look(AT_MS, { closingMs: MAX_CLOSING_MS }), BEFORE, ['closing']],
  ['an encoder that makes nothing', look(AT_MS, { feeds: [feed('mp3', 1, 50, 64_000)] }), BEFORE, ['the mp3 encoder']],
  ['an encoder that has just begun', look(AT_MS, { feeds: [feed('mp3', 2, 0, 0)] }), BEFORE, []],
  ['an encoder that was not there', look(AT_MS, { feeds: [feed('flac', 1, 0, 0)] }), BEFORE, []],
  [
    'a fan-out that sends nothing',
    look(AT_MS, { feeds: [feed('opus', 1, 200, 16_000)] }),
    BEFORE,
    ['the sending of opus'],
  ],
  [
    'looks that are too close',
    look(1000 + MIN_SPAN_MS - 1, { programme: programme(1000), feeds: [feed('mp3', 1, 50, 16_000)] }),
    BEFORE,
    [],
  ],
  [
    'another appliance',
    look(AT_MS, { sinceMs: 900, programme: programme(100), feeds: [feed('mp3', 1, 5, 80)] }),
    BEFORE,
    [],
  ],
  [
    'several things at once',
    look(AT_MS, { closingMs: 1e5, source: { doing: 'opening', quietMs: 1e5 } }, { lagMs: 3000 }),
    BEFORE,
    ['event loop', 'source', 'closing'],
  ],
] as const) {
  test(`${what}: ${expected.length === 0 ? 'no standstill' : expected.join(', ')}`, (t) => {
    const found = judge(now, before);
    t.deepEqual(
      found.map(({ what }) => what),
      [...expected],
    );
    for (const { words } of found) t.regex(words, / \d+\.\d s/);
  });
}

const span = fc.double({ min: MIN_SPAN_MS, max: 20_000, noNaN: true });

test('whatever is off by less than its bound, a box that moves is never called standing still', (t) => {
  const doing = fc.constantFrom('looking', 'opening', 'capturing', 'waiting');
  fc.assert(
    fc.property(span, doing, fc.double({ min: 0, max: 0.99, noNaN: true }), (spanMs, does, part) => {
      const now = look(1000 + spanMs, {
        programme: programme(1000 + spanMs * (1 - part / 2), 0, part * MAX_PROGRAMME_LAG_MS),
        source: { doing: does, quietMs: part * MAX_QUIET_MS[does] },
        closingMs: part * MAX_CLOSING_MS,
      });
      return judge({ ...now, lagMs: part * MAX_LAG_MS }, BEFORE).length === 0;
    }),
  );
  t.pass();
});

test('whatever else goes on, what stands still is found, once', (t) => {
  fc.assert(
    fc.property(
      span,
      fc.constantFrom('event loop', 'programme', 'source', 'closing', 'the mp3 encoder'),
      (spanMs, what) => {
        const atMs = 1000 + spanMs;
        const well = look(atMs);
        const broken: Record<string, Look> = {
          'event loop': { ...well, lagMs: MAX_LAG_MS + spanMs },
          programme: look(atMs, { programme: programme(1000) }),
          source: look(atMs, { source: { doing: 'capturing', quietMs: MAX_QUIET_MS.capturing + spanMs } }),
          closing: look(atMs, { closingMs: MAX_CLOSING_MS + spanMs }),
          'the mp3 encoder': look(atMs, { feeds: [feed('mp3', 1, 50, 99_000), feed('opus', 1, atMs / 20, atMs * 16)] }),
        };
        const found = judge(broken[what] ?? well, BEFORE).map((one) => one.what);
        return found.length === 1 && found[0] === what;
      },
    ),
  );
  t.pass();
});
