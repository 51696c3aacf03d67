/** How fast a clock runs, by when it counted how far: the slope of the line that fits best (least squares). */
export class ClockRate {
  #count = 0;
  #meanMs = 0;
  #meanFrames = 0;
  #msMs = 0;
  #msFrames = 0;

  /** The clock had counted so many frames at this time. */
  push(timeMs: number, frames: number): void {
    this.#count++;
    const [ms, more] = [timeMs - this.#meanMs, frames - this.#meanFrames];
    this.#meanMs += ms / this.#count;
    this.#meanFrames += more / this.#count;
    this.#msMs += ms * (timeMs - this.#meanMs);
    this.#msFrames += ms * (frames - this.#meanFrames);
  }

  /** How many parts per million faster than a rate it runs; NaN with less than two points. */
  ppm(rateHz: number): number {
    return (((this.#msFrames / this.#msMs) * 1000) / rateHz - 1) * 1e6;
  }
}
