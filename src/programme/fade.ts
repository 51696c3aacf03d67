/** How long a change of what is heard takes, in ms: one block of the default period. */
export const FADE_MS = 10;

/**
 * Joins two signals without a click: what follows a cut begins at the last frame that was sent and moves over to its own
 * samples along a raised cosine, so that neither a step nor a repeat is heard. A fade may span several blocks.
 */
export class Fade {
  readonly #frames: number;
  readonly #last: Float32Array;
  readonly #from: Float32Array;
  #at: number;

  constructor(rateHz: number, channels: number) {
    this.#frames = Math.round((rateHz * FADE_MS) / 1000);
    this.#last = new Float32Array(channels);
    this.#from = new Float32Array(channels);
    this.#at = this.#frames;
  }

  /** Says that the samples of the next `apply` do not continue those of the last one. */
  cut(): void {
    this.#from.set(this.#last);
    this.#at = 0;
  }

  /** Changes interleaved samples in place where a fade is under way, and remembers the last frame. */
  apply(samples: Float32Array): void {
    const channels = this.#last.length;
    for (let at = 0; at < samples.length && this.#at < this.#frames; at += channels) {
      const fresh = 0.5 - 0.5 * Math.cos((Math.PI * (this.#at + 0.5)) / this.#frames);
      for (let channel = 0; channel < channels; channel++) {
        const sample = samples[at + channel] ?? 0;
        samples[at + channel] = sample * fresh + (this.#from[channel] ?? 0) * (1 - fresh);
      }
      this.#at++;
    }
    if (samples.length >= channels) this.#last.set(samples.subarray(samples.length - channels));
  }
}
