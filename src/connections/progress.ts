import type { KernelTruth } from './wire.ts';

/**
 * How far one listener has got in its stream, as far as that can be known from here. Offsets are the stream's, in bytes.
 *
 * That its machine acknowledges bytes says little: a frozen program's machine does so until its receive buffer is full, which
 * may be minutes of sound. But the machine promises room for only so many bytes, and the end of what it promises moves on
 * only when the program takes bytes out of the buffer. So that end is looked at: the right edge of the window (RFC 9293, 3.8.6).
 */
export class Progress {
  /** Up to here the listener's machine has everything. */
  takenOffset: number;
  /** Whatever was sent from here on has brought no sign of life from the listener itself. */
  aliveOffset: number;
  /** End of what the machine has promised room for. */
  #edge = Number.NEGATIVE_INFINITY;
  #widestWindowBytes = 0;
  /** The edge may stand still for that many bytes although the listener takes them. */
  #stepBytes = 0;
  /** The stream's end when it was last looked at. */
  #lookedAtOffset: number;

  constructor(offset: number) {
    this.takenOffset = offset;
    this.aliveOffset = offset;
    this.#lookedAtOffset = offset;
  }

  /**
   * Takes note of a look at the connection.
   *
   * @param takenOffset what was acknowledged, or taken by our kernel when that is all that can be known
   * @param endOffset the stream's end: everything up to here was broadcast
   */
  look(takenOffset: number, endOffset: number, truth?: KernelTruth): void {
    this.takenOffset = Math.max(this.takenOffset, takenOffset);
    const windowBytes = truth?.windowBytes ?? 0;
    this.#stepBytes = truth?.windowStepBytes ?? 0;
    this.#widestWindowBytes = Math.max(this.#widestWindowBytes, windowBytes);
    // What lies in the listener's machine, unless its window has become narrower for another reason.
    const unreadBytes = this.#widestWindowBytes - windowBytes;
    const edge = takenOffset + windowBytes;
    if (edge > this.#edge) {
      this.#edge = edge;
      // It lived at some moment since the last look; the window says at which.
      const readOffset = this.takenOffset - unreadBytes;
      this.aliveOffset = Math.max(this.aliveOffset, Math.min(Math.max(readOffset, this.#lookedAtOffset), endOffset));
    }
    this.#lookedAtOffset = endOffset;
  }

  /** Whether the listener may be frozen: more was sent without a sign of life than a living one would leave without. */
  isQuiet(endOffset: number): boolean {
    return endOffset - this.aliveOffset > 2 * this.#stepBytes;
  }
}
