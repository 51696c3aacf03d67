import { narrowsWindows } from './progress.ts';

/** The used-up part is cut off when it is this long, so that neither memory nor the time to trim grows. */
const CUT_AT = 256;

interface Entry {
  readonly chunk: Buffer;
  /** Offset of its first byte in the stream. */
  readonly offset: number;
  /** When it was broadcast, ms. */
  readonly atMs: number;
  /** Whether a listener may begin with it. */
  readonly joinable: boolean;
}

/**
 * The end of one stream: its newest chunks, each with its place in the stream and its time. It is held once for all listeners:
 * one who lags behind has no queue of its own, only an offset into this.
 */
export class RecentChunks {
  readonly #keepMs: number;
  readonly #keepBytes: number;
  #entries: Entry[] = [];
  #first = 0;
  #endOffset = 0;
  /** Nobody may begin with what lies before this. */
  #beginOffset = 0;
  /** Whether one of its chunks may have made a listener's window narrow although that listener reads. */
  narrowsWindows = false;

  /**
   * @param keepMs chunks that are older than the newest by more than this are forgotten
   * @param keepBytes and so are the oldest when the others together are longer than this
   */
  constructor(keepMs: number, keepBytes: number) {
    this.#keepMs = keepMs;
    this.#keepBytes = keepBytes;
  }

  /** Offset of the first byte that is still held. */
  get startOffset(): number {
    return this.#entries[this.#first]?.offset ?? this.#endOffset;
  }

  /** Offset of the byte that comes next. */
  get endOffset(): number {
    return this.#endOffset;
  }

  /** When the newest chunk was broadcast, ms; long ago when there was none. */
  get endAtMs(): number {
    return this.#entries.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY;
  }

  /** @param joinable whether a listener may begin with it */
  push(chunk: Buffer, atMs: number, joinable = true): void {
    this.#entries.push({ chunk, offset: this.#endOffset, atMs, joinable });
    this.#endOffset += chunk.length;
    this.narrowsWindows ||= narrowsWindows(chunk.length);
    for (let oldest = this.#entries[this.#first]; oldest !== undefined; oldest = this.#entries[this.#first]) {
      const behind = this.#endOffset - oldest.offset - oldest.chunk.length;
      if (oldest.atMs >= atMs - this.#keepMs && behind <= this.#keepBytes) break;
      this.#first += 1;
    }
    if (this.#first >= CUT_AT) {
      this.#entries.splice(0, this.#first);
      this.#first = 0;
    }
  }

  /** What comes next has nothing to do with what came before: nobody is to begin with that any more. */
  beginAnew(): void {
    this.#beginOffset = this.#endOffset;
  }

  /**
   * Where a listener begins that is to hear what was broadcast since `sinceMs`: offset of the oldest chunk since then with which one
   * may begin; of what comes next when there is none.
   */
  joinOffset(sinceMs: number): number {
    for (let index = this.#first; index < this.#entries.length; index++) {
      const entry = this.#entries[index];
      if (entry?.joinable && entry.atMs >= sinceMs && entry.offset >= this.#beginOffset) return entry.offset;
    }
    return this.#endOffset;
  }

  /** The chunk that has the byte at `offset`, and where in the chunk it is; undefined when it is not held, or not there yet. */
  at(offset: number): { chunk: Buffer; from: number } | undefined {
    if (offset < this.startOffset) return undefined;
    const entry = this.#entryAt(offset);
    return entry && { chunk: entry.chunk, from: offset - entry.offset };
  }

  /**
   * When the byte at `offset` was broadcast, ms; what is no longer held counts as old as the oldest that is. Undefined when it
   * was not broadcast yet.
   */
  timeAt(offset: number): number | undefined {
    return this.#entryAt(Math.max(offset, this.startOffset))?.atMs;
  }

  /** By halves: a slow listener may be hundreds of chunks behind. */
  #entryAt(offset: number): Entry | undefined {
    if (offset >= this.#endOffset) return undefined;
    let low = this.#first;
    let high = this.#entries.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#entries[middle]?.offset ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return this.#entries[low];
  }
}
