import type { ChunkOutput } from '../encoders/encoder.ts';

/** The part of one CPU's time that sending may take before chunks are joined. */
const SENDING_SHARE = 0.05;
/** How fast the measured distance of chunks follows: by a tenth of every new one. */
const FOLLOW = 0.1;

/**
 * How long a chunk may be held back to leave together with those that follow, ms. With few listeners not at all; with
 * so many that sending each chunk by itself would take more than its share of the time, as long as it takes to be back at that
 * share, but never longer than `coalesceMs`.
 *
 * @param passMs what it costs to send one chunk to everybody, ms
 * @param chunkMs how far chunks are apart, ms
 * @param coalesceMs the most that a chunk may be held back, ms
 */
export function holdMs(passMs: number, chunkMs: number, coalesceMs: number): number {
  const neededMs = passMs / SENDING_SHARE;
  return neededMs <= chunkMs ? 0 : Math.min(neededMs, coalesceMs);
}

/** Where joined chunks go. */
export interface Broadcaster {
  /** @param atMs when the oldest part of it was made, ms of performance.now() */
  broadcast(data: Buffer, atMs: number): void;
  /** What it costs at present to send one chunk to everybody, ms. */
  readonly passMs: number;
}

/** Joins chunks on their way to many listeners. A system call costs the same for one frame as for four. */
export class Coalescer implements ChunkOutput {
  readonly #output: Broadcaster;
  readonly #coalesceMs: number;
  #held: Buffer[] = [];
  #heldSinceMs = 0;
  /** When the sound of the first chunk that is held was there, ms. */
  #heldAtMs = 0;
  #lastAtMs: number | undefined;
  #chunkMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param coalesceMs the most that a chunk may be held back, ms; 0: not at all */
  constructor(output: Broadcaster, coalesceMs: number) {
    this.#output = output;
    this.#coalesceMs = coalesceMs;
  }

  broadcast(chunk: Buffer, atMs: number): void {
    const nowMs = performance.now();
    const chunkMs = this.#distanceMs(nowMs);
    if (this.#held.length === 0) {
      this.#heldSinceMs = nowMs;
      this.#heldAtMs = atMs;
    }
    this.#held.push(chunk);
    const mayHoldMs = holdMs(this.#output.passMs, chunkMs, this.#coalesceMs);
    if (nowMs - this.#heldSinceMs + chunkMs > mayHoldMs) this.flush();
    // Should no other chunk come.
    else this.#timer ??= setTimeout(() => this.flush(), mayHoldMs).unref();
  }

  /** Sends what is held. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [first, ...others] = this.#held;
    if (first === undefined) return;
    this.#held = [];
    this.#output.broadcast(others.length > 0 ? Buffer.concat([first, ...others]) : first, this.#heldAtMs);
  }

  /** How far chunks are apart, ms. Before that is known, endlessly: the first ones leave at once. */
  #distanceMs(nowMs: number): number {
    const distanceMs = this.#lastAtMs === undefined ? undefined : nowMs - this.#lastAtMs;
    this.#lastAtMs = nowMs;
    if (distanceMs !== undefined) this.#chunkMs = (this.#chunkMs ?? distanceMs) * (1 - FOLLOW) + distanceMs * FOLLOW;
    return this.#chunkMs ?? Number.POSITIVE_INFINITY;
  }
}
