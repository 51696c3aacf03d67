import { type PcmFormat, SampleLoop, type Signal } from '../pcm.ts';

/** Frequency of the fallback tone, in Hz. */
export const TONE_HZ = 440;
/** Peak of the fallback tone: -20 dBFS, audible and no shock in headphones. */
export const TONE_PEAK = 0.1;

/** Digital silence. */
export const silence: Signal = { read: (out) => void out.fill(0) };

/** A sine on all channels whose phase runs on, however the reads are cut. */
export class Tone implements Signal {
  readonly #channels: number;
  readonly #step: number;
  #phase = 0;

  constructor({ rateHz, channels }: PcmFormat, hz = TONE_HZ) {
    this.#channels = channels;
    this.#step = hz / rateHz;
  }

  read(out: Float32Array): void {
    for (let at = 0; at < out.length; at += this.#channels) {
      out.fill(TONE_PEAK * Math.sin(2 * Math.PI * this.#phase), at, at + this.#channels);
      this.#phase = (this.#phase + this.#step) % 1;
    }
  }
}

/** What plays when the source is lost for good. */
export type FallbackChoice = { kind: 'silence' } | { kind: 'tone' } | { kind: 'file'; samples: Float32Array };

/** Makes the signal that the programme falls back to. */
export function createFallback(choice: FallbackChoice, format: PcmFormat): Signal {
  if (choice.kind === 'tone') return new Tone(format);
  return choice.kind === 'file' ? new SampleLoop(choice.samples) : silence;
}
