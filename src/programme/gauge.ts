/** A sample from here on is at full scale in 16 bits and more. */
const FULL_SCALE = 32767 / 32768;
/** So many full-scale samples in a row are a clipped peak; fewer can be music mastered to the brim. */
const CLIPPED_RUN = 3;

/** What was measured since the last time. Amplitudes: 1 is full scale. */
export interface Gauged {
  /** Largest sample of each channel. */
  readonly peaks: readonly number[];
  /** Root of the mean square of each channel. */
  readonly rms: readonly number[];
  readonly clipped: boolean;
  readonly frames: number;
}

/** Measures peak and RMS of interleaved samples, and whether they clip. */
export class Gauge {
  readonly #channels: number;
  readonly #peaks: Float64Array;
  readonly #squares: Float64Array;
  readonly #runs: Int32Array;
  #clipped = false;
  #frames = 0;

  constructor(channels: number) {
    this.#channels = channels;
    this.#peaks = new Float64Array(channels);
    this.#squares = new Float64Array(channels);
    this.#runs = new Int32Array(channels);
  }

  /** Frames since the last `take`. */
  get frames(): number {
    return this.#frames;
  }

  /** Takes the samples from index `from` up to `to`: whole frames. */
  add(samples: Float32Array, from = 0, to = samples.length): void {
    for (let channel = 0; channel < this.#channels; channel++) this.#addChannel(samples, from, to, channel);
    this.#frames += (to - from) / this.#channels;
  }

  /** What was measured, and begins anew. A run of full-scale samples goes on. */
  take(): Gauged {
    const frames = this.#frames;
    const gauged = {
      peaks: Array.from(this.#peaks),
      rms: Array.from(this.#squares, (squares) => Math.sqrt(squares / Math.max(1, frames))),
      clipped: this.#clipped,
      frames,
    };
    this.#peaks.fill(0);
    this.#squares.fill(0);
    this.#clipped = false;
    this.#frames = 0;
    return gauged;
  }

  #addChannel(samples: Float32Array, from: number, to: number, channel: number): void {
    let peak = this.#peaks[channel] ?? 0;
    let squares = this.#squares[channel] ?? 0;
    let run = this.#runs[channel] ?? 0;
    for (let at = from + channel; at < to; at += this.#channels) {
      const size = Math.abs(samples[at] ?? 0);
      squares += size * size;
      if (size > peak) peak = size;
      if (size < FULL_SCALE) run = 0;
      else if (++run >= CLIPPED_RUN) this.#clipped = true;
    }
    this.#peaks[channel] = peak;
    this.#squares[channel] = squares;
    this.#runs[channel] = run;
  }
}
