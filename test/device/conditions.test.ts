import test from 'ava';
import fc from 'fast-check';
import {
  CLEAR_LOOKS,
  CONDITION_NAMES,
  type ConditionFacts,
  type ConditionState,
  NO_CONDITIONS,
  nextConditions,
  RAISE_LOOKS,
  SHOWN_AS_FAULT,
} from '../../src/device/conditions.ts';

const LIMITS = { hot_c: 80, xruns_per_hour: 10 };
const WELL: ConditionFacts = {
  managed: true,
  machineUptimeS: 1000,
  temperatureC: 50,
  throttling: [],
  machineMemory: { totalBytes: 1000, availableBytes: 500 },
  disk: { path: '/', totalBytes: 1000, freeBytes: 500 },
  clockSynchronised: true,
  watchdog: { armed: true, devices: [] },
  capture: { xruns: 0, xrunsLastHour: 0, lostFrames: 0, clockPpm: 20 },
};
const capture = (facts: Partial<ConditionFacts['capture']>) => ({ capture: { ...WELL.capture, ...facts } });
const memory = (availableBytes: number) => ({ machineMemory: { totalBytes: 1000, availableBytes } });
const disk = (freeBytes: number) => ({ disk: { path: '/', totalBytes: 1000, freeBytes } });

/** The names that are raised after so many equal looks. */
function after(looks: number, facts: Partial<ConditionFacts>, before: readonly ConditionState[] = NO_CONDITIONS) {
  let states = before;
  for (let left = looks; left > 0; left--) states = nextConditions(states, { ...WELL, ...facts }, LIMITS);
  return states;
}
const names = (states: readonly ConditionState[]) => states.filter(({ raised }) => raised).map(({ name }) => name);

for (const [what, facts, expected, words] of [
  ['all is well', {}, [], /^$/],
  ['new data', { dataMadeAnew: true }, ['data made anew'], /could not be repaired/],
  ['repaired data', { dataMadeAnew: false }, [], /^$/],
  ['80 °C', { temperatureC: 80 }, ['hot'], /80 °C/],
  ['79.9 °C', { temperatureC: 79.9 }, [], /^$/],
  ['a weak supply', { throttling: ['under-voltage'] }, ['under-voltage'], /power supply/],
  ['a capped frequency', { throttling: ['frequency capped'] }, ['throttled'], /slowed down/],
  ['both', { throttling: ['under-voltage', 'throttled'] }, ['under-voltage', 'throttled'], /power supply/],
  ['little memory', memory(69), ['memory low'], /7 % of the memory/],
  ['enough memory', memory(71), [], /^$/],
  ['a full disk', disk(0), ['disk low'], /0 % of the disk/],
  ['enough disk', disk(51), [], /^$/],
  ['an unknown time', { clockSynchronised: false }, ['clock not set'], /time server/],
  ['an unknown time just after the start', { clockSynchronised: false, machineUptimeS: 299 }, [], /^$/],
  ['ten xruns an hour', capture({ xrunsLastHour: 10 }), ['many xruns'], /10 times/],
  ['nine', capture({ xrunsLastHour: 9 }), [], /^$/],
  ['a fast clock', capture({ clockPpm: 501 }), ['card clock off'], /501 ppm/],
  ['a slow clock', capture({ clockPpm: -501 }), ['card clock off'], /501 ppm/],
  ['no watchdog runs', { watchdog: { armed: false, devices: [] } }, ['watchdog not armed'], /hangs/],
  ['none runs, and nobody expects it', { watchdog: { armed: false, devices: [] }, managed: false }, [], /^$/],
] as [string, Partial<ConditionFacts>, string[], RegExp][]) {
  test(`${what}: ${expected.join(', ') || 'no condition'}`, (t) => {
    t.deepEqual(names(after(RAISE_LOOKS - 1, facts)), [], 'a single look raises nothing');
    const states = after(RAISE_LOOKS, facts);
    t.deepEqual(names(states), expected as never);
    t.regex(states.find(({ raised }) => raised)?.words ?? '', words);
  });
}

for (const [what, raise, between, clear] of [
  ['hot', { temperatureC: 85 }, { temperatureC: 75 }, { temperatureC: 74.9 }],
  ['memory low', memory(10), memory(99), memory(101)],
  ['disk low', disk(10), disk(79), disk(81)],
  ['many xruns', capture({ xrunsLastHour: 50 }), capture({ xrunsLastHour: 5 }), capture({ xrunsLastHour: 4 })],
  ['card clock off', capture({ clockPpm: 600 }), capture({ clockPpm: -300 }), capture({ clockPpm: 299 })],
  ['throttled', { throttling: ['throttled'] }, { throttling: ['throttled'] }, { throttling: [] }],
] as [string, Partial<ConditionFacts>, Partial<ConditionFacts>, Partial<ConditionFacts>][]) {
  test(`${what} stays between its two bounds, and goes when it has been below for a while`, (t) => {
    const raised = after(RAISE_LOOKS, raise);
    t.deepEqual(names(after(100, between, raised)), [what] as never);
    t.deepEqual(names(after(CLEAR_LOOKS - 1, clear, raised)), [what] as never);
    t.deepEqual(names(after(CLEAR_LOOKS, clear, raised)), []);
    const interrupted = after(1, between, after(CLEAR_LOOKS - 1, clear, raised));
    t.deepEqual(names(after(CLEAR_LOOKS - 1, clear, interrupted)), [what] as never, 'it is counted anew');
  });
}

test('whatever a sensor says: a change needs that many looks, and equal looks come to rest', (t) => {
  const degrees = fc.double({ min: 20, max: 120, noNaN: true });
  const temperature = fc.oneof(
    degrees.map((temperatureC) => ({ temperatureC })),
    fc.constant({}),
  );
  const { temperatureC: _, ...others } = WELL;
  fc.assert(
    fc.property(fc.array(temperature, { maxLength: 60 }), temperature, (series, last) => {
      let states = NO_CONDITIONS;
      let sinceChange = Number.POSITIVE_INFINITY;
      for (const told of series) {
        const next = nextConditions(states, { ...others, ...told }, LIMITS);
        sinceChange++;
        const [was, is] = [names(states).length, names(next).length];
        if (was !== is) {
          if (sinceChange < (is > was ? RAISE_LOOKS : CLEAR_LOOKS)) return false;
          sinceChange = 0;
        }
        states = next;
      }
      for (let left = CLEAR_LOOKS; left > 0; left--) states = nextConditions(states, { ...others, ...last }, LIMITS);
      const again = nextConditions(states, { ...others, ...last }, LIMITS);
      return names(states).join() === names(again).join() && again.every(({ contrary }) => contrary === 0);
    }),
  );
  t.pass();
});

test('what is not known is no reason to worry', (t) => {
  const { managed, machineUptimeS } = WELL;
  let states = after(RAISE_LOOKS, { temperatureC: 99, ...memory(1), ...capture({ clockPpm: 999 }) });
  t.is(names(states).length, 3);
  const unknown = { managed, machineUptimeS, capture: { xruns: 0, xrunsLastHour: 0, lostFrames: 0 } };
  for (let left = CLEAR_LOOKS; left > 0; left--) states = nextConditions(states, unknown, LIMITS);
  t.deepEqual(names(states), []);
});

test('lost data is shown by the LED, and stays shown: nobody mends it while the machine runs', (t) => {
  const states = after(RAISE_LOOKS, { dataMadeAnew: true });
  t.deepEqual(names(after(1000, { dataMadeAnew: true }, states)), ['data made anew']);
  t.deepEqual(
    names(states).filter((name) => SHOWN_AS_FAULT.has(name)),
    ['data made anew'],
  );
  t.is(CONDITION_NAMES[0], 'data made anew', 'it is the worst');
  const others = after(RAISE_LOOKS, { temperatureC: 90, throttling: ['under-voltage'], ...disk(0) });
  t.deepEqual(
    names(others).filter((name) => SHOWN_AS_FAULT.has(name)),
    [],
  );
});

test('every condition has one name', (t) => {
  t.is(new Set(CONDITION_NAMES).size, CONDITION_NAMES.length);
});
