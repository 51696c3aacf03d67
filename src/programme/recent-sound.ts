import type { PcmFormat } from '../pcm.ts';

/** The newest part of the programme: what an encoder begins with, so that its first listener need not wait for a store of sound. */
export class RecentSound {
  readonly #channels: number;
  readonly #framesPerMs: number;
  /** A ring; `#at` is where the next sample goes and, once it is full, the oldest one is. */
  readonly #ring: Float32Array;
  #at = 0;
  #full = false;

  /** @param keepMs how much is kept, ms */
  constructor({ rateHz, channels }: PcmFormat, keepMs: number) {
    this.#channels = channels;
    this.#framesPerMs = rateHz / 1000;
    this.#ring = new Float32Array(Math.round(keepMs * this.#framesPerMs) * channels);
  }

  /** Takes interleaved samples. */
  write(samples: Float32Array): void {
    const size = this.#ring.length;
    let rest = samples.length > size ? samples.subarray(samples.length - size) : samples;
    while (rest.length > 0) {
      const part = rest.subarray(0, size - this.#at);
      this.#ring.set(part, this.#at);
      rest = rest.subarray(part.length);
      this.#at += part.length;
      if (this.#at < size) return;
      this.#at = 0;
      this.#full = true;
    }
  }

  /** A copy of the last `ms`, or of as much as there is. */
  last(ms: number): Float32Array {
    const held = this.#full ? this.#ring.length : this.#at;
    const length = Math.min(held, Math.round(ms * this.#framesPerMs) * this.#channels);
    const begin = this.#at - length;
    if (begin >= 0) return this.#ring.slice(begin, this.#at);
    const samples = new Float32Array(length);
    samples.set(this.#ring.subarray(begin));
    samples.set(this.#ring.subarray(0, this.#at), -begin);
    return samples;
  }
}
