import { RESAMPLER_FRAMES, Resampler } from './resampler.ts';

/** More than this is never kept, ms: somebody will have left it out before. */
const CAPACITY_MS = 5000;

/** Sound that waits to be played: one signal a channel, read at any speed without a step. */
export class Store {
  readonly #resampler: Resampler;
  readonly #channels: Float32Array[];
  /** Where the next sample goes. */
  #end = RESAMPLER_FRAMES.before;
  /** What is played next: an index and a part of the way to the next sample. */
  #position: number = RESAMPLER_FRAMES.before;

  /** @param outRateHz rate of what reads it */
  constructor(channels: number, rateHz: number, outRateHz: number) {
    this.#resampler = new Resampler(Math.min(1, outRateHz / rateHz));
    const frames = Math.ceil((CAPACITY_MS * rateHz) / 1000);
    this.#channels = Array.from({ length: channels }, () => new Float32Array(frames));
  }

  /** Frames that wait. */
  get frames(): number {
    return this.#end - this.#position;
  }

  /** How many points can be read that are `step` frames apart. */
  readable(step: number): number {
    const last = this.#end - RESAMPLER_FRAMES.after - this.#position;
    return last < 0 ? 0 : Math.floor(last / step) + 1;
  }

  /** Adds frames, of which the oldest of all are forgotten when there is no room. */
  add(channels: readonly Float32Array[]): void {
    const frames = channels[0]?.length ?? 0;
    this.#makeRoom(frames);
    this.#channels.forEach((signal, index) => void signal.set(channels[index] ?? [], this.#end));
    this.#end += frames;
  }

  /** Adds silence. */
  addSilence(frames: number): void {
    this.#makeRoom(frames);
    for (const signal of this.#channels) signal.fill(0, this.#end, this.#end + frames);
    this.#end += frames;
  }

  /** Reads `count` points, `step` frames apart, into `out` from index `from` on. They must be readable. */
  read(out: readonly Float32Array[], from: number, count: number, step: number): void {
    out.forEach((target, index) => {
      // One channel is heard on both sides.
      const signal = this.#channels[index] ?? this.#channels[0];
      if (!signal) return;
      for (let point = 0; point < count; point++)
        target[from + point] = this.#resampler.at(signal, this.#position + point * step);
    });
    this.#position += count * step;
  }

  /** Leaves out so many frames. */
  skip(frames: number): void {
    this.#position = Math.min(this.#position + frames, this.#end);
  }

  /** Forgets everything. */
  clear(): void {
    this.#position = this.#end = RESAMPLER_FRAMES.before;
    for (const signal of this.#channels) signal.fill(0, 0, this.#end);
  }

  #makeRoom(frames: number): void {
    const capacity = this.#channels[0]?.length ?? 0;
    if (this.#end + frames <= capacity) return;
    const overflow = Math.max(0, this.frames + RESAMPLER_FRAMES.before + frames - capacity);
    const begin = Math.floor(this.#position + overflow) - RESAMPLER_FRAMES.before;
    for (const signal of this.#channels) signal.copyWithin(0, begin, this.#end);
    this.#end -= begin;
    this.#position += overflow - begin;
  }
}
