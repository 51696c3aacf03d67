import { buildPrograms, type Programs } from './fanout/build.ts';
import { complaint, type Figures, figuresOf } from './fanout/figures.ts';
import {
  DROPPED_BY_MS,
  describe,
  type FrozenRuns,
  frozenGoals,
  frozenTable,
  SCENARIOS,
  type Scenario,
} from './fanout/frozen.ts';
import { type Goal, goalsTable } from './fanout/goals.ts';
import type { LoadOptions } from './fanout/load.ts';
import { type Measured, measure } from './fanout/measure.ts';
import { type StartServer, startIcecast, startStampedBox } from './fanout/servers.ts';
import {
  CANDIDATES,
  type Candidate,
  type Comparison,
  isBox,
  speedGoals,
  speedTable,
  starterOf,
} from './fanout/speed.ts';
import { STREAMS, type StampedStream } from './fanout/stamped.ts';
import { describeMachine } from './machine.ts';
import { numberOptions } from './options.ts';

/*
 * What it costs to send one stream to many listeners, and what some of them can do to the others: a C program that does nothing
 * but send (the floor), Icecast and the box, in turn, each with the same frames and the same load from another process. The
 * frames carry the time of their making, so that delivery is timed to the listener's read. Progress goes to stderr.
 *
 * `--icecast 0` leaves Icecast out, `--frozen 0` the runs in which listeners freeze.
 */

const FULL = {
  rounds: 3,
  seconds: 6,
  listeners: [10, 100, 1000],
  frozen: 1,
  icecast: 1,
  'icecast-seconds': 20,
  quick: false,
} as const;
const QUICK = { ...FULL, rounds: 1, seconds: 2, listeners: [10, 100], 'icecast-seconds': 5 } as const;

/** V8 goes on compiling for that long what runs 38 times a second: a box on air has that behind it, ms. */
const BOX_WARM_MS = 20_000;

const chosen = numberOptions(process.argv.includes('--quick') ? QUICK : FULL);
const { rounds, seconds, listeners, frozen, icecast, 'icecast-seconds': icecastSeconds } = chosen;
const most = Math.max(...listeners);
console.log(
  `${describeMachine()}\nRounds: ${rounds}. Loopback; 128 kbit/s in frames of 26 ms unless it says otherwise; no burst on connect.`,
);

const programs = await buildPrograms();
const compared = new Map<number, Comparison>();
const runs: FrozenRuns[] = [];
try {
  await compareSpeed(programs);
  if (frozen > 0) await freezeSome(programs);
} finally {
  programs.remove();
}
report();

async function compareSpeed(programs: Programs): Promise<void> {
  const candidates = (Object.keys(CANDIDATES) as Candidate[]).filter((name) => name !== 'icecast' || icecast > 0);
  const results = new Map(
    listeners.map((count) => [count, new Map(candidates.map((name) => [name, [] as (Figures | undefined)[]]))]),
  );
  for (let round = 1; round <= rounds; round++) {
    for (const count of listeners) {
      for (const name of candidates) {
        const what = `round ${round}: ${count} listeners, ${CANDIDATES[name]}`;
        const load = { listeners: count, seconds, ...(isBox(name) && { warmMs: BOX_WARM_MS }) };
        const measured = await attempt(what, programs, starterOf(name, count), STREAMS.mp3, load);
        results
          .get(count)
          ?.get(name)
          ?.push(measured && figuresOf(measured));
      }
    }
  }
  for (const [count, byName] of results) {
    const rounds = (name: Candidate) => byName.get(name) ?? [];
    compared.set(count, {
      floor: rounds('floor'),
      box: rounds('box'),
      floorJoined: rounds('floorJoined'),
      boxJoined: rounds('boxJoined'),
      icecast: rounds('icecast'),
    });
  }
}

async function freezeSome(programs: Programs): Promise<void> {
  for (const scenario of SCENARIOS.filter(({ listeners }) => listeners <= Math.max(most, 120))) {
    const run = {
      scenario,
      calm: [] as (Measured | undefined)[],
      frozen: [] as (Measured | undefined)[],
      icecastSeconds,
    };
    for (let round = 1; round <= rounds; round++) {
      run.calm.push(await freeze(`round ${round}, nobody`, programs, scenario, false));
      run.frozen.push(await freeze(`round ${round}`, programs, scenario, true));
    }
    const { stream, listeners, frozen, ordinary } = scenario;
    const options = { listeners, frozen, ordinary, seconds: icecastSeconds };
    runs.push({
      ...run,
      icecast:
        icecast > 0
          ? await attempt(`${describe(scenario)}, Icecast`, programs, startIcecast(listeners + 20), stream, options)
          : undefined,
    });
  }
}

function freeze(round: string, programs: Programs, scenario: Scenario, some: boolean): Promise<Measured | undefined> {
  const { stream, listeners, coalesceMs, ordinary, seconds } = scenario;
  const options = { listeners, seconds, ordinary, frozen: some ? scenario.frozen : 0 };
  return attempt(`${round}: ${describe(scenario)}`, programs, startStampedBox(coalesceMs), stream, options);
}

/** One measurement must not cost all others: what fails is told and left out, and makes the command fail in the end. */
async function attempt(
  what: string,
  programs: Programs,
  start: StartServer,
  stream: StampedStream,
  options: LoadOptions,
): Promise<Measured | undefined> {
  try {
    const measured = await measure(programs, start, stream, options);
    const { cpuMsPerS, p99Ms, worstGapMs } = figuresOf(measured);
    const wrong = complaint(measured);
    console.error(
      `${what}: ${cpuMsPerS.toFixed(0)} ms/s, p99 ${p99Ms.toFixed(1)} ms, worst gap ${worstGapMs.toFixed(1)} ms${wrong ? `; ${wrong}` : ''}`,
    );
    return measured;
  } catch (error) {
    console.error(`${what}: FAILED: ${(error as Error).message}`);
    process.exitCode = 1;
    return undefined;
  }
}

function report(): void {
  const goals: Goal[] = [];
  for (const [count, comparison] of compared) {
    console.log(
      `\n${count} listeners (medians of the rounds; max and worst gap: of all rounds):\n\n${speedTable(comparison)}`,
    );
    if (count === most) goals.push(...speedGoals(comparison));
  }
  if (runs.length > 0) {
    console.log(
      `\nListeners freeze; they have to be gone ${DROPPED_BY_MS} ms later. Times: of the last one, in all rounds. Worst gap: of a healthy listener, median of the rounds.\n\n${frozenTable(runs)}`,
    );
    goals.push(...runs.flatMap(frozenGoals));
  }
  console.log(
    `\nGoals, at ${most} listeners where nothing else is said (ratios: of each round, then the median):\n\n${goalsTable(goals)}`,
  );
}
