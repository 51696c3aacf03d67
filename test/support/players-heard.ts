import type { Tone } from './tones.ts';

/** One tone for each side. */
export type Sides = readonly [left: Tone, right: Tone];

/** What was heard of one side in one window. */
interface Side {
  /** Level of its tone, as the peak of the sine, in dBFS. */
  dbfs: number;
  /** Everything that is not its tone, under the tone, in dB. */
  restDb: number;
}

/** A stretch in which nothing was wrong. */
export interface Clean {
  fromS: number;
  seconds: number;
  /** Lowest and highest level of each side, in dBFS. */
  dbfs: [left: [number, number], right: [number, number]];
}

const RATE_HZ = 48000;
const FRAME_BYTES = 8;
/** Windows overlap by half, so that no moment lies where the Hann window hides it. */
const WINDOW_FRAMES = RATE_HZ / 10;
const HOP_FRAMES = WINDOW_FRAMES / 2;
/** How far a level may be off. */
const LEVEL_DB = 0.5;
/**
 * How far everything else stays below the tone. What MP3 adds is far below that; one sample left out or repeated, a gap of
 * a millisecond, and the tone of the other side at a tenth of its level are above.
 */
const REST_DB = -40;
/**
 * The same for Opus. What it adds to two steady tones, whoever encodes it, reaches -26.7 dB (opusenc, ffmpeg, 128 kbit/s). One sample
 * left out is still above on the side with the higher tone, where it makes -20 dB.
 */
export const OPUS_REST_DB = -24;
/** Above this a window is no silence. */
const SOUND_DBFS = -60;

/**
 * Listens to stereo float32 at 48 kHz that should be one steady tone a side, and knows when it was: right tones on the right
 * sides, right levels, nothing else, and not a sample missing.
 */
export class Hearing {
  readonly #expected: Sides;
  readonly #restDb: number;
  #pending: Buffer = Buffer.alloc(0);
  #frames = 0;
  #current: Clean | undefined;
  #longest: Clean | undefined;
  #fault = '';
  /** When the first sound came, in s; undefined while all was silent. */
  firstSoundS: number | undefined;

  /** @param restDb how far everything else must stay below the tone, dB */
  constructor(expected: Sides, restDb = REST_DB) {
    this.#expected = expected;
    this.#restDb = restDb;
  }

  /** How much was judged so far, in s. */
  get seconds(): number {
    return this.#frames / RATE_HZ;
  }

  /** The longest stretch without fault so far. */
  get clean(): Clean | undefined {
    return this.#longest;
  }

  /** Whether there was a stretch of so many seconds without fault. */
  wasClean(seconds: number): boolean {
    return (this.#longest?.seconds ?? 0) >= seconds;
  }

  /** What happened so far, for the one who waited in vain. */
  describe(): string {
    const first = this.firstSoundS === undefined ? 'no sound' : `first sound at ${this.firstSoundS.toFixed(2)} s`;
    const longest = this.#longest
      ? `${this.#longest.seconds.toFixed(2)} s from ${this.#longest.fromS.toFixed(2)} s`
      : '';
    const fault = this.#fault && `; last fault ${this.#fault}`;
    return `${this.seconds.toFixed(2)} s heard, ${first}, longest clean stretch: ${longest || 'none'}${fault}`;
  }

  /** Hears on. */
  push(bytes: Buffer): void {
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    let at = 0;
    for (; this.#pending.length - at >= WINDOW_FRAMES * FRAME_BYTES; at += HOP_FRAMES * FRAME_BYTES) {
      const window = Uint8Array.from(this.#pending.subarray(at, at + WINDOW_FRAMES * FRAME_BYTES));
      this.#judge(new Float32Array(window.buffer));
      this.#frames += HOP_FRAMES;
    }
    this.#pending = this.#pending.subarray(at);
  }

  #judge(window: Float32Array): void {
    const fromS = this.seconds;
    const sides = this.#expected.map(({ hz }, channel) => hearSide(window, channel, hz)) as [Side, Side];
    if (sides.some(({ dbfs, restDb }) => dbfs + Math.max(restDb, 0) > SOUND_DBFS)) this.firstSoundS ??= fromS;
    const faults = sides.flatMap((side, channel) => this.#faults(side, channel));
    if (faults.length > 0) {
      if (this.firstSoundS !== undefined) this.#fault = `at ${fromS.toFixed(2)} s: ${faults.join(', ')}`;
      this.#current = undefined;
      return;
    }
    this.#current ??= { fromS, seconds: 0, dbfs: [range(sides[0].dbfs), range(sides[1].dbfs)] };
    const clean = this.#current;
    clean.seconds = fromS + WINDOW_FRAMES / RATE_HZ - clean.fromS;
    clean.dbfs = [range(...clean.dbfs[0], sides[0].dbfs), range(...clean.dbfs[1], sides[1].dbfs)];
    if (clean.seconds > (this.#longest?.seconds ?? 0)) this.#longest = clean;
  }

  #faults({ dbfs, restDb }: Side, channel: number): string[] {
    const expected = this.#expected[channel];
    if (expected === undefined) throw new Error('there are two sides');
    const name = `${channel === 0 ? 'left' : 'right'} ${expected.hz} Hz`;
    if (!(Math.abs(dbfs - expected.dbfs) <= LEVEL_DB)) return [`${name} at ${dbfs.toFixed(2)} dBFS`];
    if (!(restDb <= this.#restDb)) return [`${name} with something else at ${restDb.toFixed(1)} dB`];
    return [];
  }
}

const range = (...values: number[]): [number, number] => [Math.min(...values), Math.max(...values)];

/** The Fourier sum at one frequency under a Hann window, and what the window's power holds beyond it. */
function hearSide(window: Float32Array, channel: number, hz: number): Side {
  const frames = window.length / 2;
  let [re, im, weight, power, powerWeight] = [0, 0, 0, 0, 0];
  for (let frame = 0; frame < frames; frame++) {
    const hann = 0.5 - 0.5 * Math.cos((2 * Math.PI * (frame + 0.5)) / frames);
    const value = hann * (window[frame * 2 + channel] ?? 0);
    const angle = (2 * Math.PI * hz * frame) / RATE_HZ;
    re += value * Math.cos(angle);
    im += value * Math.sin(angle);
    weight += hann;
    power += value * value;
    powerWeight += hann * hann;
  }
  const peak = (2 * Math.hypot(re, im)) / weight;
  const tonePower = (peak * peak) / 2;
  const rest = Math.max(power / powerWeight - tonePower, 0);
  return { dbfs: 20 * Math.log10(peak + 1e-9), restDb: 10 * Math.log10((rest + 1e-20) / (tonePower + 1e-20)) };
}
