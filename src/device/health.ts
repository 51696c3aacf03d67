import { statfs } from 'node:fs/promises';
import { availableParallelism, networkInterfaces, uptime } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SourceFacts } from '../capture/source.ts';
import type { BoxHealth } from '../desk/contract.ts';
import { type CpuTimes, cpuTimes, memory, temperatureC } from './kernel-texts.ts';
import { readSensors, textOf } from './sensors.ts';

/** Whoever asks within so long gets the same answer, ms. */
const FRESH_MS = 1000;
/** A look at the CPU times that is older tells of a time that interests nobody, ms. */
const STALE_LOOK_MS = 10_000;
/** How long the CPU is watched when there is no look to compare with, ms. */
const WATCH_MS = 500;

/** What is told of the box besides the machine. */
export interface HealthOptions {
  readonly version: string;
  /** Facts of the present source. */
  source(): Pick<SourceFacts, 'xruns' | 'lostFrames'>;
  /** Where the file system is mounted whose space is told. */
  readonly diskPath?: string;
  readonly procfs?: string;
  readonly sysfs?: string;
}

interface Look {
  readonly atMs: number;
  readonly processMs: number;
  readonly machine: CpuTimes | undefined;
}

/** How the machine is. Nothing is looked at unless somebody asks, and then once a second at most, whoever and how many ask. */
export class HealthReader {
  readonly #options: HealthOptions;
  #last: Look | undefined;
  #answer: Promise<BoxHealth> | undefined;
  #freshUntilMs = 0;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  /** The first answer, and the first after a while, takes half a second: so long the CPU is watched. */
  read(): Promise<BoxHealth> {
    if (!this.#answer || performance.now() >= this.#freshUntilMs) {
      this.#freshUntilMs = Number.POSITIVE_INFINITY;
      this.#answer = this.#read().finally(() => {
        this.#freshUntilMs = performance.now() + FRESH_MS;
      });
    }
    return this.#answer;
  }

  async #read(): Promise<BoxHealth> {
    const { version, source, procfs = '/proc', sysfs = '/sys', diskPath = '/' } = this.#options;
    const [{ now, before }, meminfo, sensors, disk] = await Promise.all([
      this.#looks(procfs),
      textOf(join(procfs, 'meminfo')),
      readSensors(sysfs),
      diskSpace(diskPath),
    ]);
    const machineMemory = memory(meminfo ?? '');
    const temperature = temperatureC(sensors);
    const { xruns = 0, lostFrames = { card: 0, ring: 0 } } = source();
    return {
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
      addresses: addresses(),
      capture: { xruns, lostFrames: lostFrames.card + lostFrames.ring },
    };
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
  return Object.values(networkInterfaces())
    .flatMap((interfaces) => interfaces ?? [])
    .filter(({ internal, address }) => !internal && !address.toLowerCase().startsWith('fe80:'))
    .map(({ address }) => address);
}
