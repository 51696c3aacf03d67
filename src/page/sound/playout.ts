import { Fade } from '../../programme/fade.ts';
import { Pace } from './pace.ts';
import { Store } from './store.ts';

/** What comes in and what goes out. */
export interface PlayoutFormat {
  readonly channels: number;
  readonly rateHz: number;
  /** Rate of what is played, on `outChannels` channels. */
  readonly outRateHz: number;
  readonly outChannels: number;
}

/**
 * Plays what arrives at irregular times as one signal without a gap, for somebody who fetches it piece by piece (an audio
 * worklet). When nothing is left it fades out, and begins anew with the store that `Pace` asks for.
 */
export class Playout {
  readonly #store: Store;
  readonly #pace = new Pace();
  readonly #framesPerMs: number;
  readonly #ratio: number;
  readonly #fades: readonly Fade[];
  #playing = false;
  #dropouts = 0;
  /** When nothing will be left unless another piece comes. */
  #lastsUntilMs = 0;

  constructor({ channels, rateHz, outRateHz, outChannels }: PlayoutFormat) {
    this.#store = new Store(channels, rateHz, outRateHz);
    this.#framesPerMs = rateHz / 1000;
    this.#ratio = rateHz / outRateHz;
    this.#fades = Array.from({ length: outChannels }, () => new Fade(outRateHz, 1));
  }

  /** How much waits, ms. */
  get waitingMs(): number {
    return this.#store.frames / this.#framesPerMs;
  }

  /** How often nothing was left since it began. */
  get dropouts(): number {
    return this.#dropouts;
  }

  get pace(): Pick<Pace, 'targetMs' | 'speed'> {
    return this.#pace;
  }

  /** A piece has arrived: one signal a channel. */
  arrived(channels: readonly Float32Array[], nowMs: number): void {
    if (!this.#playing) this.#begin(nowMs);
    else {
      this.#leaveOut(this.#pace.excessMs(this.waitingMs, nowMs));
      this.#pace.arrived(this.waitingMs, nowMs);
    }
    this.#store.add(channels);
    this.#lastsUntilMs = nowMs + this.waitingMs;
  }

  /** Fills `out`, one signal a channel, with what comes next. */
  pull(out: readonly Float32Array[]): void {
    const length = out[0]?.length ?? 0;
    let done = 0;
    if (this.#playing) {
      const step = this.#ratio * this.#pace.speed;
      done = Math.min(length, this.#store.readable(step));
      this.#store.read(out, 0, done, step);
    }
    out.forEach((signal, index) => {
      this.#fades[index]?.apply(signal.subarray(0, done));
      signal.fill(0, done);
    });
    if (this.#playing && done < length) this.#runDry();
    out.forEach((signal, index) => void this.#fades[index]?.apply(signal.subarray(done)));
  }

  #begin(nowMs: number): void {
    if (this.#dropouts > 0) this.#pace.ranDry(nowMs - this.#lastsUntilMs);
    this.#pace.beginAnew();
    this.#store.clear();
    this.#store.addSilence(Math.round(this.#pace.targetMs * this.#framesPerMs));
    this.#playing = true;
    this.#cut();
  }

  #runDry(): void {
    this.#playing = false;
    this.#dropouts++;
    this.#cut();
  }

  #leaveOut(ms: number): void {
    if (ms <= 0) return;
    this.#store.skip(Math.round(ms * this.#framesPerMs));
    this.#pace.leftOut();
    this.#cut();
  }

  #cut(): void {
    for (const fade of this.#fades) fade.cut();
  }
}
