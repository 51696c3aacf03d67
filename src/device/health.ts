import { statfs } from 'node:fs/promises';
import { availableParallelism, uptime } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SourceFacts } from '../capture/source.ts';
import type { BoxCondition, BoxHealth } from '../desk/contract.ts';
import { LogBudget } from '../log-budget.ts';
import { machineInterfaces } from '../network-interfaces.ts';
import { type ConditionFacts, type ConditionLimits, NO_CONDITIONS, nextConditions } from './conditions.ts';
import { readDataMadeAnew } from './data-partition.ts';
import { readHardwareWatchdog } from './hardware-watchdog.ts';
import { type CpuTimes, cpuTimes, memory, temperatureC } from './kernel-texts.ts';
import { readMachine } from './machine.ts';
import { readSensors, textOf } from './sensors.ts';
import { readThrottling } from './throttling.ts';
import { readClockSynchronised } from './time-of-day.ts';
import { XrunsPerHour } from './xruns-per-hour.ts';

/** Whoever asks within so long gets the same answer, ms. */
const FRESH_MS = 1000;
/** A look at the CPU times that is older tells of a time that interests nobody, ms. */
const STALE_LOOK_MS = 10_000;
/** How long the CPU is watched when there is no look to compare with, ms. */
const WATCH_MS = 500;
/** Looks that are closer together count as one for the conditions: it must not matter how many pages ask, ms. */
const JUDGE_MS = 4000;
/** Changes of conditions that are logged in an hour; the rest is counted. */
const LOGGED_PER_HOUR = 10;

/** What we write to, as the service manager has it made; a box by hand writes to wherever it is. */
const STATE_PATH = process.env.STATE_DIRECTORY?.split(':')[0] || '/';
/** Whether the service manager starts us anew when we hang. */
const MANAGED = process.env.WATCHDOG_USEC !== undefined;

/** What is told of the box besides the machine. */
export interface HealthOptions {
  readonly version: string;
  /** Facts of the present source. */
  source(): Pick<SourceFacts, 'xruns' | 'lostFrames'> & { readonly clockPpm?: number | undefined };
  readonly limits: ConditionLimits;
  /** Told of conditions when they come and go. */
  readonly log?: { info(text: string): void; warn(text: string): void };
  /** Whether a service manager watches over us. */
  readonly managed?: boolean;
  /** Where the file system is mounted whose space is told. */
  readonly diskPath?: string;
  readonly procfs?: string;
  readonly sysfs?: string;
  readonly runfs?: string;
  /** Whoever asks within so long gets the same answer, ms; default a second. */
  readonly freshMs?: number;
  /** What the machine is; default: what systeminformation says. */
  readonly machine?: () => Promise<BoxHealth['machine']>;
}

interface Look {
  readonly atMs: number;
  readonly processMs: number;
  readonly machine: CpuTimes | undefined;
}

/**
 * How the machine is. It is looked at now and then, and when somebody asks, once a second at most, whoever and how many ask.
 * No process is started for it, and nothing is read that may wait for a device.
 */
export class HealthReader {
  readonly #options: HealthOptions;
  #last: Look | undefined;
  #answer: Promise<BoxHealth> | undefined;
  #freshUntilMs = 0;
  #latest: BoxHealth | undefined;
  #machine: BoxHealth['machine'];
  #askedMachine: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #xruns = new XrunsPerHour();
  #conditions = NO_CONDITIONS;
  #judgedMs = Number.NEGATIVE_INFINITY;
  readonly #budget = new LogBudget(LOGGED_PER_HOUR);

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  /** Looks at it from now on so often, ms; 0: only when somebody asks. A look that hangs is not joined by others. */
  start(everyMs: number): void {
    if (everyMs <= 0) return;
    // When a flood of connections has all descriptors, the machine cannot be looked at. The next look may succeed.
    const look = () => void this.look().catch(() => {});
    look();
    this.#timer = setInterval(look, everyMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** What was found at the last look. */
  get latest(): BoxHealth | undefined {
    return this.#latest;
  }

  /**
   * Looks at it now. The first answer, and the first after a while, takes half a second: so long the CPU is watched. The first of
   * all also says what the machine is, for which processes are started, once.
   */
  async read(): Promise<BoxHealth> {
    this.#askedMachine ??= this.#askMachine();
    await this.#askedMachine;
    return this.look();
  }

  /** Looks at it now, without what the machine is. */
  look(): Promise<BoxHealth> {
    if (!this.#answer || performance.now() >= this.#freshUntilMs) {
      this.#freshUntilMs = Number.POSITIVE_INFINITY;
      this.#answer = this.#read().finally(() => {
        this.#freshUntilMs = performance.now() + (this.#options.freshMs ?? FRESH_MS);
      });
    }
    return this.#answer;
  }

  async #askMachine(): Promise<void> {
    const { machine = readMachine } = this.#options;
    this.#machine = await machine().catch(() => undefined); // What cannot be asked is not told.
    this.#freshUntilMs = 0; // The last answer does not have it.
  }

  async #read(): Promise<BoxHealth> {
    const { version, source, procfs = '/proc', sysfs = '/sys', runfs = '/run', diskPath = STATE_PATH } = this.#options;
    const [{ now, before }, meminfo, sensors, disk, throttling, clockSynchronised, watchdog, anew] = await Promise.all([
      this.#looks(procfs),
      textOf(join(procfs, 'meminfo')),
      readSensors(sysfs),
      diskSpace(diskPath),
      readThrottling(sysfs),
      readClockSynchronised(runfs),
      readHardwareWatchdog(sysfs),
      readDataMadeAnew(runfs),
    ]);
    const machineMemory = memory(meminfo ?? '');
    const temperature = temperatureC(sensors);
    const { xruns = 0, lostFrames = { card: 0, ring: 0 }, clockPpm } = source();
    const capture = {
      xruns,
      xrunsLastHour: this.#xruns.add(xruns, now.atMs),
      lostFrames: lostFrames.card + lostFrames.ring,
      ...(clockPpm !== undefined && { clockPpm }),
    };
    const box = {
      version,
      uptimeS: process.uptime(),
      machineUptimeS: uptime(),
      cpuPercent: percent(now.processMs - before.processMs, now.atMs - before.atMs),
      ...(now.machine && before.machine && { machineCpuPercent: busyPercent(before.machine, now.machine) }),
      cores: now.machine?.cores ?? availableParallelism(),
      memoryBytes: process.memoryUsage.rss(),
      ...(machineMemory && { machineMemory }),
      ...(disk && { disk }),
      ...(temperature !== undefined && { temperatureC: temperature }),
      ...(throttling && { throttling }),
      ...(clockSynchronised !== undefined && { clockSynchronised }),
      ...(watchdog && { watchdog }),
      ...(this.#machine && { machine: this.#machine }),
      addresses: addresses(),
      capture,
    };
    const facts = { ...box, ...(anew !== undefined && { dataMadeAnew: anew }) };
    this.#latest = { ...box, conditions: this.#judge(facts, now.atMs) };
    return this.#latest;
  }

  /** The conditions that hold. What has changed is logged. */
  #judge(facts: Omit<ConditionFacts, 'managed'>, atMs: number): BoxCondition[] {
    const { limits, managed = MANAGED } = this.#options;
    if (atMs - this.#judgedMs >= JUDGE_MS) {
      this.#judgedMs = atMs;
      const before = this.#conditions;
      this.#conditions = nextConditions(before, { ...facts, managed }, limits);
      this.#conditions.forEach(({ name, raised, words }, index) => {
        if (raised !== before[index]?.raised) this.#tell(name, raised ? words : undefined);
      });
    }
    return this.#conditions.filter(({ raised }) => raised).map(({ name, words }) => ({ name, words }));
  }

  #tell(name: string, words: string | undefined): void {
    const untold = this.#budget.spend();
    if (untold === undefined) return;
    const more = untold > 0 ? ` (${untold} changes before were not told)` : '';
    if (words === undefined) this.#options.log?.info(`health: no longer ${name}${more}`);
    else this.#options.log?.warn(`health: ${name}: ${words}${more}`);
  }

  /** A look at the CPU times, and an earlier one to compare it with. */
  async #looks(procfs: string): Promise<{ now: Look; before: Look }> {
    let before = this.#last;
    if (!before || performance.now() - before.atMs > STALE_LOOK_MS) {
      before = await look(procfs);
      await sleep(WATCH_MS);
    }
    const now = await look(procfs);
    this.#last = now;
    return { now, before };
  }
}

async function look(procfs: string): Promise<Look> {
  const machine = cpuTimes((await textOf(join(procfs, 'stat'))) ?? '');
  const { user, system } = process.cpuUsage();
  return { atMs: performance.now(), processMs: (user + system) / 1000, machine };
}

function busyPercent(before: CpuTimes, now: CpuTimes): number {
  return percent(now.busyTicks - before.busyTicks, now.allTicks - before.allTicks);
}

/** In tenths; 0 of nothing. */
function percent(part: number, whole: number): number {
  return whole > 0 ? Math.round((1000 * part) / whole) / 10 : 0;
}

async function diskSpace(path: string): Promise<BoxHealth['disk']> {
  try {
    const { bsize, blocks, bavail } = await statfs(path);
    return { path, totalBytes: bsize * blocks, freeBytes: bsize * bavail };
  } catch {
    return undefined; // What cannot be asked is not told.
  }
}

/** Numbers under which others may reach the machine. */
function addresses(): string[] {
  return Object.values(machineInterfaces())
    .flatMap((interfaces) => interfaces ?? [])
    .filter(({ internal, address }) => !internal && !address.toLowerCase().startsWith('fe80:'))
    .map(({ address }) => address);
}
