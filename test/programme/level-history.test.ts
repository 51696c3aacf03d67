import test from 'ava';
import fc from 'fast-check';
import { ENTRIES, LevelHistory, STEP_MS } from '../../src/programme/level-history.ts';
import { FLOOR_DBFS, LevelMeter, type LevelWindow, WINDOW_MS } from '../../src/programme/levels.ts';
import type { ProgrammeState } from '../../src/programme/state.ts';

const SIGNAL = window(-12, -15);

function window(peakDbfs: number, rmsDbfs: number, others: Partial<LevelWindow> = {}): LevelWindow {
  return { levels: [{ peakDbfs, rmsDbfs }], fact: 'signal', clipped: false, ...others };
}

/** A history that is live from 0 ms on, and a way to let time pass. */
function live() {
  const history = new LevelHistory(0);
  history.state('live', 0);
  let nowMs = 0;
  const pass = (ms: number, what = SIGNAL) => {
    for (let left = ms; left > 0; left -= WINDOW_MS) {
      nowMs += WINDOW_MS;
      history.window(what, nowMs - 1);
    }
  };
  return {
    history,
    pass,
    state: (state: ProgrammeState) => history.state(state, nowMs),
    stand: (ms: number) => {
      nowMs += ms;
    },
    entries: () => history.snapshot(nowMs).entries,
  };
}

test('an entry has the loudest peak, and the RMS of all', (t) => {
  const { history } = live();
  history.window(
    {
      ...SIGNAL,
      levels: [
        { peakDbfs: -6.04, rmsDbfs: -9 },
        { peakDbfs: -20, rmsDbfs: -23 },
      ],
    },
    100,
  );
  history.window(
    {
      ...SIGNAL,
      levels: [
        { peakDbfs: -30, rmsDbfs: -33 },
        { peakDbfs: -30, rmsDbfs: -33 },
      ],
    },
    200,
  );
  const rms = 10 * Math.log10((10 ** -0.9 + 10 ** -2.3 + 2 * 10 ** -3.3) / 4);
  t.deepEqual(history.snapshot(STEP_MS - 1).entries, []);
  t.deepEqual(history.snapshot(STEP_MS).entries, [{ peakDbfs: -6, rmsDbfs: Math.round(rms * 10) / 10, marks: [] }]);
});

test('what lasted for one window is marked, and only in its entry', (t) => {
  const { pass, state, entries } = live();
  for (const what of [
    window(0, -3, { clipped: true, fact: 'clipping' }),
    window(-70, -73, { fact: 'silent' }),
    window(FLOOR_DBFS, FLOOR_DBFS, { fact: 'zeros' }),
  ]) {
    pass(2400);
    pass(WINDOW_MS, what);
    pass(2500);
  }
  pass(STEP_MS);
  pass(2400);
  state('lost');
  pass(WINDOW_MS, window(FLOOR_DBFS, FLOOR_DBFS, { fact: 'zeros' }));
  state('live');
  pass(2500);
  pass(STEP_MS);
  const marks = entries().map((entry) => entry.marks);
  t.deepEqual(marks, [['clipping'], ['silent'], ['zeros'], [], ['lost'], []]);
});

test('a clipped peak is marked where it was, not for as long as the page shows it', (t) => {
  const { pass, entries } = live();
  pass(STEP_MS - WINDOW_MS);
  pass(WINDOW_MS, window(0, -3, { clipped: true, fact: 'clipping' }));
  pass(1900, window(-12, -15, { fact: 'clipping' }));
  pass(STEP_MS - 1900);
  t.deepEqual(
    entries().map(({ marks }) => marks),
    [['clipping'], []],
  );
});

test('a state that lasts is marked in each entry that it touches', (t) => {
  const { pass, state, entries } = live();
  pass(STEP_MS);
  pass(4900);
  state('lost');
  pass(100, window(FLOOR_DBFS, FLOOR_DBFS, { fact: 'zeros' }));
  pass(1000);
  state('fallback');
  pass(STEP_MS);
  state('live');
  pass(2 * STEP_MS - 1000);
  t.deepEqual(
    entries().map(({ marks }) => marks),
    [[], ['lost'], ['lost', 'fallback'], ['fallback'], []],
  );
});

test('time in which nothing was sent at all is told as lost', (t) => {
  const { pass, stand, entries } = live();
  pass(STEP_MS);
  stand(3 * STEP_MS);
  pass(STEP_MS);
  t.deepEqual(
    entries().map(({ marks, peakDbfs, rmsDbfs }) => [marks.join(), peakDbfs, rmsDbfs]),
    [['', -12, -15], ...Array.from({ length: 3 }, () => ['lost', FLOOR_DBFS, FLOOR_DBFS]), ['', -12, -15]],
  );
});

test('after an hour the oldest goes; a standstill of years costs no more than an hour', (t) => {
  const { history } = live();
  for (let at = 0; at < ENTRIES + 10; at++) history.window(window(-at / 10, -at / 10), at * STEP_MS);
  const { entries } = history.snapshot((ENTRIES + 10) * STEP_MS);
  t.is(entries.length, ENTRIES);
  t.is(entries[0]?.peakDbfs, -1);
  t.is(entries.at(-1)?.peakDbfs, -(ENTRIES + 9) / 10);
  const years = history.snapshot(1e12);
  t.is(years.entries.length, ENTRIES);
  t.true(years.entries.every(({ marks }) => marks.join() === 'lost'));
});

test('the answer says when its last entry ended, by the clock on the wall as it is now', (t) => {
  const { history } = live();
  const { endsAt, stepS } = history.snapshot(2 * STEP_MS + 1200, Date.UTC(2026, 10, 22, 10, 0, 1, 200));
  t.is(endsAt, '2026-11-22T10:00:00.000Z');
  t.is(stepS, 5);
});

test('levels that are no numbers do no harm', (t) => {
  const { history } = live();
  history.window(window(Number.NaN, Number.NaN), 100);
  t.deepEqual(history.snapshot(STEP_MS).entries, [{ peakDbfs: -150, rmsDbfs: -150, marks: [] }]);
  history.window(window(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY), STEP_MS);
  const { peakDbfs, rmsDbfs } = history.snapshot(2 * STEP_MS).entries[1] ?? {};
  t.deepEqual([peakDbfs, rmsDbfs], [200, 200]);
});

test('the meter tells of every window, and of clipping in the one that had it', (t) => {
  const told: LevelWindow[] = [];
  const meter = new LevelMeter({ rateHz: 1000, channels: 1 }, { silenceDbfs: -60, silenceAfterMs: 1000 }, (one) =>
    told.push(one),
  );
  meter.add(new Float32Array(150).fill(0.5));
  meter.add(new Float32Array(100).fill(1));
  meter.add(new Float32Array(100).fill(0.5));
  t.deepEqual(
    told.map(({ clipped, fact }) => [clipped, fact]),
    [
      [false, 'signal'],
      [true, 'clipping'],
      [true, 'clipping'],
    ],
  );
  t.is(Math.round(told[0]?.levels[0]?.peakDbfs ?? 0), -6);
});

type Event = { readonly afterMs: number; readonly state?: ProgrammeState; readonly window?: LevelWindow };
const FACTS = ['signal', 'silent', 'zeros', 'clipping'] as const;
const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({
    afterMs: fc.nat(4000),
    state: fc.constantFrom<ProgrammeState[]>('starting', 'live', 'lost', 'fallback'),
  }),
  fc.record({
    afterMs: fc.nat(4000),
    window: fc.record({
      levels: fc.tuple(fc.record({ peakDbfs: fc.integer({ min: -150, max: 6 }), rmsDbfs: fc.constant(-20) })),
      fact: fc.constantFrom(...FACTS),
      clipped: fc.boolean(),
    }),
  }),
);

test('whatever happens, each entry tells of all that happened within it and of nothing else', (t) => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 200 }), fc.nat(10_000), (events, restMs) => {
      const history = new LevelHistory(0);
      const expected: { peak: number; windows: number; marks: Set<string> }[] = [];
      let state: ProgrammeState = 'starting';
      let nowMs = 0;
      /** The entry of the present; those that lie between have the state that lasted. */
      const reach = () => {
        while (expected.length <= Math.floor(nowMs / STEP_MS))
          expected.push({ peak: FLOOR_DBFS, windows: 0, marks: new Set([state]) });
        const entry = expected.at(-1);
        if (!entry) throw new Error('no entry');
        return entry;
      };
      for (const { afterMs, state: next, window: heard } of events) {
        nowMs += afterMs;
        const entry = reach();
        if (next) {
          state = next;
          entry.marks.add(next);
          history.state(next, nowMs);
        }
        if (!heard) continue;
        entry.windows++;
        entry.peak = Math.max(entry.peak, heard.levels[0]?.peakDbfs ?? 0);
        if (state === 'live') entry.marks.add(heard.clipped ? 'clipping' : heard.fact === 'clipping' ? '' : heard.fact);
        history.window(heard, nowMs);
      }
      nowMs += restMs;
      reach();
      const names = ['lost', 'fallback', 'silent', 'zeros', 'clipping'] as const;
      t.deepEqual(
        history.snapshot(nowMs).entries.map(({ peakDbfs, marks }) => ({ peakDbfs, marks })),
        expected.slice(0, -1).map(({ peak, windows, marks }) => ({
          peakDbfs: peak,
          marks: names.filter((name) => marks.has(name) || (name === 'lost' && windows === 0)),
        })),
      );
    }),
    { numRuns: 300 },
  );
});
