/** The last so many samples of an endless signal, found by their number since its start. */
export class History {
  readonly #ring: Float32Array;
  #end = 0;

  /** @param size how many samples are kept */
  constructor(size: number) {
    this.#ring = new Float32Array(size);
  }

  /** Number of the next sample. */
  get end(): number {
    return this.#end;
  }

  /** Takes the next samples, no more of them at once than are kept. */
  push(samples: Float32Array): void {
    const at = this.#end % this.#ring.length;
    const first = samples.subarray(0, this.#ring.length - at);
    this.#ring.set(first, at);
    this.#ring.set(samples.subarray(first.length), 0);
    this.#end += samples.length;
  }

  /** The samples from one number up to another (not with it). What was before the start is silence. Throws when some are not kept, or yet to come. */
  slice(from: number, to: number): Float32Array {
    if (to > this.#end || from < this.#end - this.#ring.length) {
      throw new Error(`samples ${from} to ${to} are not kept: there are ${this.#ring.length} up to ${this.#end}`);
    }
    const samples = new Float32Array(to - from);
    for (let at = Math.max(from, 0); at < to; at++) samples[at - from] = this.#ring[at % this.#ring.length] ?? 0;
    return samples;
  }
}
