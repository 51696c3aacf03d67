import type { Programs } from './build.ts';
import type { Bucket } from './histogram.ts';
import { LineProcess } from './line-process.ts';
import type { Server } from './servers.ts';
import type { StampedStream } from './stamped.ts';

/** How long the load generator may take to connect all, in ms: Icecast needs half a minute for a thousand. */
const CONNECT_MS = 90_000;
const SLACK_MS = 10_000;
/** How long everything runs before it is measured, in ms. */
const WARM_MS = 3000;

/** One frozen listener; times in ms since it stopped reading. */
export interface FrozenListener {
  /** When its kernel took something for the last time. */
  tookMs: number;
  /** When it saw that its connection had ended; null when it never did. */
  droppedMs: number | null;
}

/** What the load generator measured. "Healthy" are the listeners that never freeze. */
export interface LoadResult {
  listeners: number;
  /** Those who got no stream. */
  refused: number;
  /** Those who lost it although they read. */
  healthyGone: number;
  /** From the first connect to the first byte of the last listener, ms. */
  connectMs: number;
  measuredMs: number;
  healthyBytes: number;
  /** Frames that were missing in what the healthy received. */
  lostFrames: number;
  /** The longest time in which a healthy listener received nothing, ms. */
  worstGapMs: number;
  /** The same for the healthy listener in the middle. */
  medianWorstGapMs: number;
  latencyMaxMs: number;
  latencyUs: Bucket[];
  frozen: FrozenListener[];
}

/** What load is wanted. */
export interface LoadOptions {
  listeners: number;
  /** 0: until it is told to finish. */
  seconds: number;
  /** How many of them freeze when the measurement begins. */
  frozen?: number;
  /** Whether those have an ordinary receive buffer: their kernels then go on taking for them. */
  ordinary?: boolean;
  warmMs?: number;
}

/** Listeners in a process of their own. Its phases come in the order of these methods. */
export class Load {
  readonly #process: LineProcess;
  readonly #options: LoadOptions;

  constructor(
    { load }: Programs,
    { port, path }: Pick<Server, 'port' | 'path'>,
    stream: StampedStream,
    options: LoadOptions,
  ) {
    const { listeners, seconds, frozen = 0, ordinary = false, warmMs = WARM_MS } = options;
    const numbers = {
      port,
      listeners,
      frozen,
      ordinary: Number(ordinary),
      seconds,
      'warm-ms': warmMs,
      'frame-bytes': stream.frameBytes,
    };
    const args = Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, `${value}`]);
    this.#process = new LineProcess('the load generator', load, [...args, '--path', path]);
    this.#options = options;
  }

  /** Resolves when all are connected and the measurement begins. */
  async measuring(): Promise<void> {
    await this.#process.until('measuring', CONNECT_MS + (this.#options.warmMs ?? WARM_MS) + SLACK_MS);
  }

  /** Resolves when the measurement has ended; the listeners are still there, and read. */
  async measured(): Promise<void> {
    await this.#process.until('measured', this.#options.seconds * 1000 + SLACK_MS);
  }

  /** Lets all listeners go, and returns what was measured. */
  async finish(): Promise<LoadResult> {
    this.#process.finish();
    for (;;) {
      const line = await this.#process.next(SLACK_MS);
      if (line.startsWith('{')) return parseLoadResult(line);
    }
  }

  /** Ends it in every case; harmless when it has ended. */
  stop(): Promise<void> {
    return this.#process.stop();
  }
}

/** Reads the last line of the load generator. Throws when it is not what it should be. */
export function parseLoadResult(line: string): LoadResult {
  const result = JSON.parse(line) as LoadResult;
  const numbers = [result.listeners, result.connectMs, result.measuredMs, result.worstGapMs, result.latencyMaxMs];
  if (!numbers.every(Number.isFinite) || !Array.isArray(result.frozen) || !Array.isArray(result.latencyUs)) {
    throw new Error(`not a result of the load generator: ${line.slice(0, 200)}`);
  }
  return result;
}
