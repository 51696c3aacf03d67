import type { Block } from '../pcm.ts';
import { ClockRate } from './clock-rate.ts';

/** The clock is measured anew so often: it drifts with the temperature, ms. */
const WINDOW_MS = 300_000;
/** Before this much has been captured the times of single blocks weigh too much, ms. */
const LEAST_MS = 30_000;

/** Compares the sampling clock of a card with the monotonic clock, by the capture times of its blocks. */
export class CardClock {
  readonly #rateHz: number;
  #rate = new ClockRate();
  #sinceMs = 0;
  #atMs = 0;
  #frames = 0;
  #windowPpm: number | undefined;

  constructor(rateHz: number) {
    this.#rateHz = rateHz;
  }

  /** The next block of the card. */
  add({ timeMs, frames, lostFrames }: Pick<Block, 'timeMs' | 'frames' | 'lostFrames'>): void {
    if (this.#frames === 0) this.#sinceMs = timeMs;
    else if (timeMs - this.#sinceMs >= WINDOW_MS) {
      this.#windowPpm = this.#rate.ppm(this.#rateHz);
      this.#begin(timeMs);
    } else this.#frames += lostFrames;
    this.#rate.push(timeMs, this.#frames);
    this.#atMs = timeMs;
    this.#frames += frames;
  }

  /** What comes next is of another card, or of the same started anew. */
  reset(): void {
    this.#windowPpm = undefined;
    this.#begin(0);
  }

  /** How many parts per million faster than its rate it runs; undefined as long as that cannot be told. */
  get ppm(): number | undefined {
    if (this.#windowPpm !== undefined) return this.#windowPpm;
    return this.#atMs - this.#sinceMs < LEAST_MS ? undefined : this.#rate.ppm(this.#rateHz);
  }

  #begin(timeMs: number): void {
    this.#rate = new ClockRate();
    this.#sinceMs = this.#atMs = timeMs;
    this.#frames = 0;
  }
}
