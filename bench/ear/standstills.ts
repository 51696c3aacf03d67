import { fileURLToPath } from 'node:url';
import { type Running, run } from '../../test/support/processes.ts';

const SENTRY = fileURLToPath(new URL('sentry.ts', import.meta.url));
/** Above the sound system's threads and above every other process. */
const PRIORITY = '60';
/** What is heard so long before or after a standstill is no evidence against an ear: queues have to empty or fill again, s. */
const BEFORE_S = 0.5;
const AFTER_S = 5;

/** A moment in which the machine did nothing, for nobody. */
export interface Standstill {
  /** When it ended, ms of the monotonic clock. */
  readonly atMs: number;
  readonly lateMs: number;
}

/**
 * Notices when the machine itself stands still, as virtual machines do whose host has other work: a process of the highest
 * real-time priority that wants to run every two milliseconds notes when it could not. No player survives that, whatever it does.
 */
export class Standstills {
  readonly #seen: Standstill[] = [];
  readonly #sentry: Running;
  #rest = '';

  /** Undefined where nobody may have a real-time priority: then nothing is known. */
  static start(): Standstills | undefined {
    return process.getuid?.() === 0 ? new Standstills() : undefined;
  }

  private constructor() {
    this.#sentry = run('chrt', ['--rr', PRIORITY, process.execPath, SENTRY], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#sentry.child.stdout?.on('data', (data: Buffer) => {
      const lines = `${this.#rest}${data}`.split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) {
        const [atMs = Number.NaN, lateMs = Number.NaN] = line.split(' ').map(Number);
        this.#seen.push({ atMs, lateMs });
      }
    });
  }

  get seen(): readonly Standstill[] {
    return this.#seen;
  }

  async stop(): Promise<void> {
    await this.#sentry.stop();
  }
}

/** Times between which nothing is held against an ear, s. */
export interface Disturbed {
  readonly fromS: number;
  readonly toS: number;
}

/**
 * The times that standstills have spoiled, in order and apart.
 *
 * @param secondOf when something was recorded that happened at a time of the monotonic clock, s of the recording
 */
export function disturbedTimes(standstills: readonly Standstill[], secondOf: (atMs: number) => number): Disturbed[] {
  const times: Disturbed[] = [];
  for (const { atMs, lateMs } of standstills) {
    const [fromS, toS] = [secondOf(atMs - lateMs) - BEFORE_S, secondOf(atMs) + AFTER_S];
    const last = times.at(-1);
    if (last && fromS <= last.toS) times[times.length - 1] = { fromS: last.fromS, toS };
    else times.push({ fromS, toS });
  }
  return times;
}

/** Whether a time lies within one of them, s of the recording. */
export const isDisturbed = (times: readonly Disturbed[], atS: number) =>
  times.some(({ fromS, toS }) => atS >= fromS && atS <= toS);
