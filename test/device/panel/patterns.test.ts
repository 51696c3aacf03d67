import test from 'ava';
import {
  type AirFacts,
  isLit,
  type LampKind,
  lampKind,
  PATTERNS,
  type PatternName,
  TICK_MS,
} from '../../../src/device/panel/patterns.ts';

const air = (facts: Partial<AirFacts> = {}): AirFacts => ({
  state: 'live',
  level: 'signal',
  kind: 'alsa',
  wanted: 'alsa',
  fault: false,
  ...facts,
});

const kinds: [what: string, kind: LampKind, onAir: AirFacts | undefined, updating?: boolean][] = [
  ['not yet on air', 'starting', undefined],
  ['on air, and the source has not delivered yet', 'starting', air({ state: 'starting' })],
  ['on air, and there is no card from the beginning', 'no-device', air({ state: 'starting', cause: 'absent' })],
  ['live', 'live', air()],
  ['live, before the first level is known', 'live', air({ level: undefined as never })],
  ['a file is played, as wanted', 'live', air({ kind: 'file', wanted: 'file:/a.wav' })],
  ['the demo signal is played, as wanted', 'live', air({ kind: 'demo', wanted: 'demo' })],
  ['the demo signal is played because there is no card', 'no-device', air({ kind: 'demo', wanted: 'auto' })],
  ['silent', 'silent', air({ level: 'silent' })],
  ['nothing but zeros', 'silent', air({ level: 'zeros' })],
  ['clipping', 'clipping', air({ level: 'clipping' })],
  ['the card delivers nothing', 'lost', air({ state: 'lost', cause: 'stalled' })],
  ['the card is busy, for long', 'lost', air({ state: 'fallback', cause: 'busy' })],
  ['lost, and nobody knows why', 'lost', air({ state: 'fallback' })],
  ['the card was pulled out', 'no-device', air({ state: 'lost', cause: 'unplugged' })],
  ['the card is missing', 'no-device', air({ state: 'fallback', cause: 'absent' })],
  ['a cause from before does not count while live', 'live', air({ cause: 'absent' })],
  ['the programme stands still', 'fault', air({ fault: true })],
  [
    'the programme stands still, and the card is missing',
    'fault',
    air({ fault: true, state: 'fallback', cause: 'absent' }),
  ],
  ['an update while all is well', 'updating', air(), true],
  ['an update while the box restarts', 'updating', undefined, true],
  ['an update that made it stand still', 'updating', air({ fault: true }), true],
];

for (const [what, kind, onAir, updating = false] of kinds) {
  test(`${what}: ${kind}`, (t) => {
    t.is(lampKind({ updating, onAir }), kind);
  });
}

/** What an eye can tell of a rhythm: flashes in a row, the longest light, the longest dark, ms. */
function looks(name: PatternName) {
  const times = PATTERNS[name];
  const lit = times.filter((_, index) => index % 2 === 0);
  const dark = times.filter((_, index) => index % 2 === 1);
  return { flashes: lit.length, litMs: Math.max(...lit), darkMs: Math.max(...dark) };
}

const names = Object.keys(PATTERNS) as PatternName[];

test('any two patterns differ so that an eye can tell: in the number of flashes, or in a time by the factor two', (t) => {
  const differs = (one: number, other: number) => Math.max(one, other) >= 2 * Math.min(one, other);
  for (const [index, name] of names.entries()) {
    for (const other of names.slice(index + 1)) {
      const [a, b] = [looks(name), looks(other)];
      t.true(a.flashes !== b.flashes || differs(a.litMs, b.litMs) || differs(a.darkMs, b.darkMs), `${name}, ${other}`);
    }
  }
});

test('a pattern fits the pace, is over soon, and flashes are long enough to be seen', (t) => {
  for (const name of names) {
    const times = PATTERNS[name];
    t.is(times.length % 2, 0, `${name} ends dark`);
    t.true(
      times.every((ms) => ms >= TICK_MS && ms % TICK_MS === 0),
      name,
    );
    t.true(times.reduce((sum, ms) => sum + ms) <= 5000, name);
    if (name !== 'stopping')
      t.true(
        times.every((ms) => ms >= 200),
        name,
      );
  }
});

test('the LED follows the times of its pattern, over and over', (t) => {
  for (const name of names) {
    const expected = PATTERNS[name].flatMap((ms, index) => Array.from({ length: ms / TICK_MS }, () => index % 2 === 0));
    const shown = Array.from({ length: 3 * expected.length }, (_, tick) => isLit(name, tick));
    t.deepEqual(shown, [...expected, ...expected, ...expected], name);
  }
});
