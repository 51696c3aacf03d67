/** Samples on each side of a point that make its value. */
const HALF = 16;
const TAPS = 2 * HALF;
/** Points between two samples for which the weights are held; in between they are interpolated. */
const PHASES = 256;
/** Of the Kaiser window: images of a tone stay 90 dB below it. */
const BETA = 9;

/** Samples that must lie behind a point, and at it and after it, to make its value. */
export const RESAMPLER_FRAMES = { before: HALF - 1, after: HALF + 1 };

/**
 * Reads a signal between its samples (windowed sinc), so that it can be played a little faster or slower than it comes, or at
 * another rate, without a step.
 */
export class Resampler {
  readonly #weights: Float32Array;

  /** @param cutoff highest frequency that passes, as a part of the input's Nyquist frequency: below 1 when the output's is lower */
  constructor(cutoff = 1) {
    this.#weights = new Float32Array((PHASES + 1) * TAPS);
    for (let phase = 0; phase <= PHASES; phase++) {
      let sum = 0;
      const row = this.#weights.subarray(phase * TAPS, (phase + 1) * TAPS);
      for (let tap = 0; tap < TAPS; tap++) {
        const distance = tap - (HALF - 1) - phase / PHASES;
        const weight = sinc(distance * cutoff) * kaiser(distance / HALF);
        row[tap] = weight;
        sum += weight;
      }
      // A constant stays what it is, whatever the point.
      for (let tap = 0; tap < TAPS; tap++) row[tap] = (row[tap] ?? 0) / sum;
    }
  }

  /** The value of `samples` at `position` (a sample's index and a part of the way to the next). */
  at(samples: Float32Array, position: number): number {
    const index = Math.floor(position);
    const phase = (position - index) * PHASES;
    const row = Math.floor(phase);
    const part = phase - row;
    const weights = this.#weights;
    let near = 0;
    let far = 0;
    for (let tap = 0, from = index - (HALF - 1), low = row * TAPS; tap < TAPS; tap++, from++, low++) {
      const sample = samples[from] as number;
      near += sample * (weights[low] as number);
      far += sample * (weights[low + TAPS] as number);
    }
    return near + part * (far - near);
  }
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Kaiser's window at `x` from -1 to 1. */
function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : bessel(BETA * Math.sqrt(1 - x * x)) / bessel(BETA);
}

/** The modified Bessel function of the first kind, order 0, by its series. */
function bessel(x: number): number {
  let sum = 1;
  for (let term = 1, n = 1; term > 1e-12 * sum; n++) {
    term *= (x / (2 * n)) ** 2;
    sum += term;
  }
  return sum;
}
