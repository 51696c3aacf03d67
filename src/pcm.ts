/** The shape of PCM inside the box: interleaved float32, full scale at ±1. */
export interface PcmFormat {
  rateHz: number;
  channels: number;
}

/** PCM on its way through the programme. The samples are the sender's buffer: valid until the call that hands them over returns. */
export interface Block {
  /** Interleaved, `frames × channels` long. */
  samples: Float32Array;
  frames: number;
  /** CLOCK_MONOTONIC of the first frame, in ms (the clock of `monotonicMs`). */
  timeMs: number;
  /** Frames that the source lost directly before this block. */
  lostFrames: number;
}

/** The samples cut into pieces of `length`, the last of which may be shorter. They share memory. */
export function pieces(samples: Float32Array, length: number): Float32Array[] {
  const count = Math.ceil(samples.length / length);
  return Array.from({ length: count }, (_, index) => samples.subarray(index * length, (index + 1) * length));
}

/** Something that plays for ever. */
export interface Signal {
  /** Fills `out` (interleaved, whole frames) with what comes next. */
  read(out: Float32Array): void;
}

/** Samples that start again at their end. `samples` holds at least one frame. */
export class SampleLoop implements Signal {
  readonly #samples: Float32Array;
  #at = 0;

  constructor(samples: Float32Array) {
    if (samples.length === 0) throw new RangeError('a loop needs at least one frame');
    this.#samples = samples;
  }

  read(out: Float32Array): void {
    for (let done = 0; done < out.length; ) {
      const part = this.#samples.subarray(this.#at, this.#at + out.length - done);
      out.set(part, done);
      done += part.length;
      this.#at = (this.#at + part.length) % this.#samples.length;
    }
  }
}

/** CLOCK_MONOTONIC in ms: the clock of capture times and of everything that is timed. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
