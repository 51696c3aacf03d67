import type { KernelTruth } from './wire.ts';

/**
 * A window that narrows by less than this part of what was taken narrows for another reason than a program that does not read: Linux
 * (6.18) reckons anew what its buffer holds when segments of 536 bytes and more are mostly overhead.
 */
const UNREAD_PART = 1 / 4;

/**
 * Such segments make it do so (`tcp_measure_rcv_mss` in its source), bytes: shorter ones are passed over, of longer ones the overhead
 * is less than what it first supposes.
 */
const RECKONED_BYTES = { least: 536, most: 1200 };

/**
 * Where such segments come, only a window that has narrowed to this part of what it was is taken for that of a program that does not
 * read. Until the machine has come to its new reckoning, its window narrows by all that comes, although the program reads: by three
 * quarters (seen), perhaps by more where drivers waste more. But it does not close.
 */
const CLOSED_PART = 1 / 16;

/** Whether segments as long as this chunk may make a listener's window narrow although it reads. */
export function narrowsWindows(chunkBytes: number): boolean {
  return chunkBytes >= RECKONED_BYTES.least && chunkBytes < RECKONED_BYTES.most;
}

/**
 * How far one listener has got in its stream, as far as that can be known from here. Offsets are the stream's, in bytes.
 *
 * That its machine acknowledges bytes says little: a frozen program's machine does so until its receive buffer is full, which
 * may be minutes of sound. But the machine says how much more it has room for, its window (RFC 9293, 3.8.6). While the program
 * reads, the end of that window moves on as fast as bytes are taken. While it does not, the window narrows: at once, by
 * all that comes, where the buffer is of a fixed size; by less, and after some 30 kB of small segments only, where
 * Linux still lets it grow. Until then nobody outside that machine can know.
 */
export class Progress {
  /** Up to here the listener's machine has everything. */
  takenOffset: number;
  /** Whatever was sent from here on has brought no sign of life from the listener itself. */
  aliveOffset: number;
  readonly #bytesPerSecond: number;
  /** The end of the window may stand still for that many bytes although the listener takes them. */
  #stepBytes = 0;
  /** The window when the listener had read everything, bytes. */
  #fullWindowBytes = 0;
  /** Since when the window has kept its width, and which. */
  #steady = { takenOffset: Number.NEGATIVE_INFINITY, windowBytes: 0 };
  /** Since when the window has hardly narrowed, and how wide it was then. */
  #hardly = { takenOffset: 0, windowBytes: Number.POSITIVE_INFINITY };
  /** At the last look: the end of the window, its width, the stream's end, and whether the listener lived then. */
  #last = { edge: Number.NEGATIVE_INFINITY, windowBytes: 0, endOffset: 0, alive: true };

  /**
   * @param offset where its stream begins
   * @param bytesPerSecond the stream's bitrate
   */
  constructor(offset: number, bytesPerSecond: number) {
    this.takenOffset = offset;
    this.aliveOffset = offset;
    this.#bytesPerSecond = bytesPerSecond;
    this.#last.endOffset = offset;
  }

  /**
   * Takes note of a look at the connection.
   *
   * @param takenOffset what was acknowledged, or taken by our kernel when that is all that can be known
   * @param endOffset the stream's end: everything up to here was broadcast
   */
  look(takenOffset: number, endOffset: number, truth?: KernelTruth): void {
    const last = this.#last;
    const windowBytes = truth?.windowBytes ?? 0;
    this.#stepBytes = truth?.windowStepBytes ?? 0;
    this.takenOffset = Math.max(this.takenOffset, takenOffset);
    const edge = takenOffset + windowBytes;
    const madeRoom = edge > last.edge;
    const alive = this.#keepsPace(takenOffset, windowBytes, (truth?.beyondGap ?? 0) > 0) && madeRoom;
    if (alive) this.#fullWindowBytes = Math.max(this.#fullWindowBytes, windowBytes);
    if (alive || (last.alive && madeRoom)) {
      // It lived at some moment since the last look; what it has not read says at which.
      const readOffset = this.takenOffset - (this.#fullWindowBytes - windowBytes);
      this.aliveOffset = Math.max(this.aliveOffset, Math.min(Math.max(readOffset, last.endOffset), endOffset));
    }
    this.#noteSlowNarrowing(takenOffset, windowBytes);
    this.#last = { edge: Math.max(edge, last.edge), windowBytes, endOffset, alive };
  }

  /**
   * Whether the window says that the listener reads: it is as wide as ever, has become wider, or has kept its width, of more than
   * one step, for a second. What has arrived behind a gap takes room, too, although the listener reads: so much may be missing then.
   */
  #keepsPace(takenOffset: number, windowBytes: number, gap: boolean): boolean {
    const full = this.#fullWindowBytes;
    // In a small window a large step would hide everything.
    const stepBytes = Math.min(this.#stepBytes, full / 8);
    const narrower = windowBytes < this.#steady.windowBytes - stepBytes;
    if (narrower || windowBytes > this.#steady.windowBytes) this.#steady = { takenOffset, windowBytes };
    if (windowBytes >= full - stepBytes) return true;
    if (gap && windowBytes >= full - Math.min(this.#bytesPerSecond, full / 2)) return true;
    if (windowBytes > this.#last.windowBytes + stepBytes) return true;
    // A window of one step stays that although nothing is read: Linux says so instead of nothing, and takes what comes (seen: 6.18).
    if (windowBytes <= stepBytes) return false;
    if (takenOffset - this.#steady.takenOffset < this.#bytesPerSecond) return false;
    this.#fullWindowBytes = windowBytes;
    return true;
  }

  /** Who took a second of the stream while the window hardly narrowed has read all of it, but for as much as it narrowed. */
  #noteSlowNarrowing(takenOffset: number, windowBytes: number): void {
    const sinceBytes = takenOffset - this.#hardly.takenOffset;
    const narrowedBytes = this.#hardly.windowBytes - windowBytes;
    const noRoom = windowBytes <= this.#stepBytes;
    if (noRoom || narrowedBytes > Math.max(2 * this.#stepBytes, sinceBytes * UNREAD_PART)) {
      this.#hardly = { takenOffset, windowBytes };
    } else if (sinceBytes >= this.#bytesPerSecond) {
      this.aliveOffset = Math.max(this.aliveOffset, takenOffset - Math.max(narrowedBytes, 0));
      this.#hardly = { takenOffset, windowBytes };
    }
  }

  /**
   * Whether the listener may be frozen: more was sent without a sign of life than a living one would leave without.
   *
   * @param doubtful whether windows of listeners to this stream may narrow for another reason
   */
  isQuiet(endOffset: number, doubtful = false): boolean {
    const closedBytes = Math.max(this.#fullWindowBytes * CLOSED_PART, this.#stepBytes);
    if (doubtful && this.#last.windowBytes > closedBytes) return false;
    return endOffset - this.aliveOffset > 2 * this.#stepBytes;
  }
}
