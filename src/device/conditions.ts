import type { BoxCondition, BoxHealth, ConditionName } from '../desk/contract.ts';

/** What an operator may change. */
export interface ConditionLimits {
  readonly hot_c: number;
  readonly xruns_per_hour: number;
}

/** What conditions are made of. */
export type ConditionFacts = Pick<
  BoxHealth,
  | 'temperatureC'
  | 'throttling'
  | 'machineMemory'
  | 'disk'
  | 'clockSynchronised'
  | 'capture'
  | 'watchdog'
  | 'machineUptimeS'
> & {
  /** Whether a service manager watches over us: then the hardware's watchdog is expected to run, too. */
  readonly managed: boolean;
  /** Whether the card's data partition could not be saved at this start of the machine; absent where nobody knows. */
  readonly dataMadeAnew?: boolean;
};

/** How one condition stands. */
export interface ConditionState extends BoxCondition {
  readonly raised: boolean;
  /** How many looks in a row have said the contrary. */
  readonly contrary: number;
}

/** So many looks in a row raise a condition, and clear it: what flickers is no news. */
export const RAISE_LOOKS = 2;
export const CLEAR_LOOKS = 6;
/** A machine that was just switched on is given so long to learn the time, s. */
const CLOCK_PATIENCE_S = 300;

interface Rule {
  readonly name: ConditionName;
  /** The higher the worse; undefined when it is not known, which is no reason to worry. */
  value(facts: ConditionFacts): number | undefined;
  /** From here on it is raised. */
  raise(limits: ConditionLimits): number;
  /** Below this it is cleared; in between it stays as it is. */
  clear(limits: ConditionLimits): number;
  words(value: number): string;
}

/** Something that is so or not. */
function flag(name: ConditionName, words: string, value: (facts: ConditionFacts) => boolean | undefined): Rule {
  const number = (facts: ConditionFacts) => {
    const holds = value(facts);
    return holds === undefined ? undefined : Number(holds);
  };
  return { name, value: number, raise: () => 1, clear: () => 1, words: () => words };
}

const RULES: readonly Rule[] = [
  flag(
    'data made anew',
    "the card's data could not be repaired and was made anew: settings are those of boardfeed.toml",
    ({ dataMadeAnew }) => dataMadeAnew,
  ),
  flag('under-voltage', 'the power supply is too weak', ({ throttling }) => throttling?.includes('under-voltage')),
  {
    name: 'hot',
    value: ({ temperatureC }) => temperatureC,
    raise: ({ hot_c }) => hot_c,
    clear: ({ hot_c }) => hot_c - 5,
    words: (value) => `the processor has ${value.toFixed(0)} °C`,
  },
  flag('throttled', 'the processor has been slowed down', ({ throttling }) =>
    throttling?.some((one) => one !== 'under-voltage'),
  ),
  {
    name: 'many xruns',
    value: ({ capture }) => capture.xrunsLastHour,
    raise: ({ xruns_per_hour }) => xruns_per_hour,
    clear: ({ xruns_per_hour }) => xruns_per_hour / 2,
    words: (value) => `the sound card was interrupted ${value} times within an hour`,
  },
  {
    // A crystal is off by 100 ppm at most. What is far beyond says that frames get lost and nobody tells.
    name: 'card clock off',
    value: ({ capture }) => (capture.clockPpm === undefined ? undefined : Math.abs(capture.clockPpm)),
    raise: () => 500,
    clear: () => 300,
    words: (value) => `the clock of the sound card is off by ${value.toFixed(0)} ppm`,
  },
  {
    name: 'memory low',
    value: ({ machineMemory: all }) => all && 1 - all.availableBytes / all.totalBytes,
    raise: () => 0.93,
    clear: () => 0.9,
    words: (value) => `only ${((1 - value) * 100).toFixed(0)} % of the memory is free`,
  },
  {
    name: 'disk low',
    value: ({ disk }) => disk && 1 - disk.freeBytes / disk.totalBytes,
    raise: () => 0.95,
    clear: () => 0.92,
    words: (value) => `only ${((1 - value) * 100).toFixed(0)} % of the disk is free`,
  },
  flag('clock not set', 'the time of the day is not known: no time server was reached', (facts) =>
    facts.clockSynchronised === undefined
      ? undefined
      : !facts.clockSynchronised && facts.machineUptimeS >= CLOCK_PATIENCE_S,
  ),
  flag('watchdog not armed', 'a machine that hangs will not start itself anew', ({ managed, watchdog }) =>
    watchdog && managed ? !watchdog.armed : undefined,
  ),
];

/** The names of all conditions, worst first. */
export const CONDITION_NAMES: readonly ConditionName[] = RULES.map(({ name }) => name);

/** What the status LED shows as "something is broken": somebody has to look, though the sound goes on. */
export const SHOWN_AS_FAULT: ReadonlySet<ConditionName> = new Set(['data made anew']);

/** How all conditions stand before the first look. */
export const NO_CONDITIONS: readonly ConditionState[] = CONDITION_NAMES.map((name) => ({
  name,
  words: '',
  raised: false,
  contrary: 0,
}));

/** How all conditions stand after another look. */
export function nextConditions(
  before: readonly ConditionState[],
  facts: ConditionFacts,
  limits: ConditionLimits,
): readonly ConditionState[] {
  return RULES.map((rule, index): ConditionState => {
    const { name } = rule;
    const { raised, contrary: seen, words: last } = before[index] ?? { raised: false, contrary: 0, words: '' };
    const value = rule.value(facts);
    const bad = value !== undefined && value >= (raised ? rule.clear(limits) : rule.raise(limits));
    const words = value !== undefined && bad ? rule.words(value) : last;
    if (bad === raised) return { name, words, raised, contrary: 0 };
    const contrary = seen + 1;
    if (contrary < (raised ? CLEAR_LOOKS : RAISE_LOOKS)) return { name, words, raised, contrary };
    return { name, words, raised: !raised, contrary: 0 };
  });
}
