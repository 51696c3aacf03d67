/** Bytes that arrive, and when: every piece with the time at which it was read. */
export class Arrivals {
  readonly #pieces: Buffer[] = [];
  /** End of each piece as an offset into the whole, in bytes. */
  readonly #ends: number[] = [];
  readonly #timesMs: number[] = [];

  /** Takes the piece that was read at `timeMs`. */
  push(piece: Buffer, timeMs: number): void {
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.#ends.push(this.length + piece.length);
    this.#timesMs.push(timeMs);
  }

  get length(): number {
    return this.#ends.at(-1) ?? 0;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  /** When the first `count` bytes were all there, in ms; undefined when they never were. */
  timeOfMs(count: number): number | undefined {
    let [low, high] = [0, this.#ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ends[middle] ?? 0) >= count) high = middle;
      else low = middle + 1;
    }
    return this.#timesMs[low];
  }
}
