import type { KernelTruth } from './wire.ts';

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
  /** The window when the listener had read everything, bytes. */
  #fullWindowBytes = 0;
  /** The end of the window may stand still for that many bytes although the listener takes them. */
  #stepBytes = 0;
  /** At the last look: what was taken, the end of the window, the stream's end, and whether the listener lived then. */
  #last = { takenOffset: Number.NEGATIVE_INFINITY, edge: Number.NEGATIVE_INFINITY, endOffset: 0, alive: true };

  constructor(offset: number) {
    this.takenOffset = offset;
    this.aliveOffset = offset;
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
    const edge = takenOffset + windowBytes;
    const tookBytes = takenOffset - last.takenOffset;
    const madeRoomBytes = edge - last.edge;
    this.takenOffset = Math.max(this.takenOffset, takenOffset);
    this.#stepBytes = truth?.windowStepBytes ?? 0;
    // It has kept pace: should the window be narrower than it was, then not because of what is unread.
    this.#fullWindowBytes = madeRoomBytes >= tookBytes ? windowBytes : Math.max(this.#fullWindowBytes, windowBytes);
    const alive = madeRoomBytes > 0 && madeRoomBytes >= tookBytes / 2;
    if (alive || (last.alive && madeRoomBytes > 0)) {
      // It lived at some moment since the last look; what it has not read says at which.
      const readOffset = this.takenOffset - (this.#fullWindowBytes - windowBytes);
      this.aliveOffset = Math.max(this.aliveOffset, Math.min(Math.max(readOffset, last.endOffset), endOffset));
    }
    this.#last = { takenOffset, edge: Math.max(edge, last.edge), endOffset, alive };
  }

  /** Whether the listener may be frozen: more was sent without a sign of life than a living one would leave without. */
  isQuiet(endOffset: number): boolean {
    return endOffset - this.aliveOffset > 2 * this.#stepBytes;
  }
}
