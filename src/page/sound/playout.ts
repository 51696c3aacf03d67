import { Fade } from '../../programme/fade.ts';
import { CatchUp } from './catch-up.ts';
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
 * worklet). When nothing is left it fades out, and goes on with what is in time.
 */
export class Playout {
  readonly #store: Store;
  readonly #pace = new Pace();
  readonly #framesPerMs: number;
  readonly #ratio: number;
  readonly #fades: readonly Fade[];
  readonly #catchUp = new CatchUp();
  #begun = false;
  #dropouts = 0;
  /** Frames that should have been played, but were not there. */
  #owedFrames = 0;

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
    const isLate = this.#owedFrames > 0;
    if (!this.#begun) this.#begin();
    else if (!isLate) {
      this.#catchUp.done();
      this.#leaveOut(this.#pace.excessMs(this.waitingMs, nowMs));
      this.#pace.arrived(this.waitingMs, nowMs);
    } else {
      if (!this.#catchUp.isOn)
        this.#owedFrames -= this.#pace.ranDry(this.#owedFrames / this.#framesPerMs) * this.#framesPerMs;
      if (!this.#catchUp.isWorthIt(nowMs)) this.#begin();
    }
    this.#store.add(channels);
    if (isLate && this.#catchUp.isOn) this.#payBack();
  }

  /** Fills `out`, one signal a channel, with what comes next. */
  pull(out: readonly Float32Array[]): void {
    const length = out[0]?.length ?? 0;
    const step = this.#ratio * this.#pace.speed;
    const done = this.#begun && this.#owedFrames === 0 ? Math.min(length, this.#store.readable(step)) : 0;
    this.#store.read(out, 0, done, step);
    out.forEach((signal, index) => {
      this.#fades[index]?.apply(signal.subarray(0, done));
      signal.fill(0, done);
    });
    if (this.#begun && done < length) this.#owe((length - done) * step);
    out.forEach((signal, index) => void this.#fades[index]?.apply(signal.subarray(done)));
  }

  #begin(): void {
    this.#pace.beginAnew();
    this.#store.clear();
    this.#store.addSilence(Math.round(this.#pace.targetMs * this.#framesPerMs));
    this.#begun = true;
    this.#owedFrames = 0;
    this.#catchUp.done();
    this.#cut();
  }

  #owe(frames: number): void {
    if (this.#owedFrames === 0) {
      if (!this.#catchUp.isOn) this.#dropouts++;
      this.#cut();
    }
    this.#owedFrames += frames;
  }

  /** Leaves out what should have been played already. */
  #payBack(): void {
    const waitingFrames = this.#store.frames;
    this.#store.skip(this.#owedFrames);
    // What is left of the subtraction may be less than a frame, and is none.
    this.#owedFrames = this.#store.frames > 0 ? 0 : this.#owedFrames - waitingFrames;
    this.#cut();
  }

  #leaveOut(ms: number): void {
    if (ms <= 0) return;
    this.#store.skip(Math.round(ms * this.#framesPerMs));
    this.#pace.leftOut();
    this.#dropouts++;
    this.#cut();
  }

  #cut(): void {
    for (const fade of this.#fades) fade.cut();
  }
}
