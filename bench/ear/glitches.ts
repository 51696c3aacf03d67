import { median } from '../statistics.ts';
import { RATE_HZ, SINE } from './markers.ts';

/** What is wrong with a sine at some moment. */
export type Fault = 'click' | 'jump' | 'level';

/** Something that a sine does not do by itself. */
export interface Glitch {
  /** When it began, s since the start of the recording. */
  readonly atS: number;
  readonly faults: readonly Fault[];
  /** How far it went beyond what is allowed, as a factor. */
  readonly size: number;
}

/** Windows overlap by half, so that no moment lies where the Hann window hides it. */
const WINDOW = RATE_HZ / 100;
const HOP = WINDOW / 2;
/** What is usual at the moment is the median of so many windows: half a second. */
const USUAL_WINDOWS = 100;
/**
 * How far the phase may be from where the frequency of the last half second leads to, rad. A frame left out or repeated is
 * 0.13; a player that changes its speed by 1000 ppm at once reaches 0.06 for a moment.
 */
const MOST_JUMP = 0.08;
/** How far the level may be from what is usual, as a share of it. */
const MOST_LEVEL = 0.1;
/**
 * How far the fourth difference of the samples may go, as a share of the sine's peak. For the sine itself it is 0.0003, for a
 * click of a single frame six times its height, for a step three times.
 */
const MOST_CLICK = 0.06;
/** A codec's noise is allowed for: what goes so many times beyond the usual is none. */
const CLICK_FACTOR = 8;
/** Faults that are no further apart are one glitch, s. */
const MERGE_S = 0.05;
/** A peak that is none. */
const SILENCE = 1e-6;
/** So many faulty windows are kept; the rest is counted. */
const MOST_KEPT = 20_000;
/** Hann, and the sine and the cosine under it. */
const HANN = Float64Array.from(
  { length: WINDOW },
  (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (at + 0.5)) / WINDOW),
);
const TURN = (2 * Math.PI * SINE.hz) / RATE_HZ;

interface FaultyWindow {
  readonly atS: number;
  readonly fault: Fault;
  readonly size: number;
}

/**
 * Listens to a recorded sine and knows when it was disturbed: by a click, by a jump of its phase (frames left out, repeated or put
 * in), or by a change of its level. The sine may be a little faster or slower than it should, and change that: a player that follows a
 * clock does so. Left out or put in a whole number of the sine's periods (1.003 ms) it cannot notice; the markers' delay does.
 */
export class GlitchFinder {
  readonly #pending = new Float32Array(WINDOW + 4);
  #filled = 0;
  #frames = 0;
  /** Of the last windows: phase beyond what the sine should have, its change, level, and the largest fourth difference. */
  readonly #phases: number[] = [];
  readonly #turns: number[] = [];
  readonly #peaks: number[] = [];
  readonly #clicks: number[] = [];
  readonly #faulty: FaultyWindow[] = [];
  #dropped = 0;

  /** Lets so many frames go by that are not to be judged. Only before the first that are. */
  skip(frames: number): void {
    this.#frames += frames;
  }

  /** Hears on. */
  push(samples: Float32Array): void {
    for (let at = 0; at < samples.length; ) {
      const part = samples.subarray(at, at + this.#pending.length - this.#filled);
      this.#pending.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < this.#pending.length) return;
      this.#judge();
      this.#pending.copyWithin(0, HOP);
      this.#filled -= HOP;
      this.#frames += HOP;
    }
  }

  /** What was found so far. */
  glitches(): Glitch[] {
    const glitches: Glitch[] = [];
    let lastS = Number.NEGATIVE_INFINITY;
    for (const { atS, fault, size } of this.#faulty) {
      const last = glitches.at(-1);
      if (last && atS - lastS <= MERGE_S) {
        const faults = [...new Set([...last.faults, fault])];
        glitches[glitches.length - 1] = { atS: last.atS, faults, size: Math.max(last.size, size) };
      } else glitches.push({ atS, faults: [fault], size });
      lastS = atS;
    }
    return glitches;
  }

  /** How many faulty windows were not kept, because there were too many. */
  get dropped(): number {
    return this.#dropped;
  }

  #judge(): void {
    const { phase, peak } = this.#fit();
    const click = this.#fourthDifference();
    const before = this.#phases.at(-1);
    if (before !== undefined) keep(this.#turns, wrap(phase - before));
    const apart = this.#phases.at(-2);
    if (this.#turns.length === USUAL_WINDOWS && apart !== undefined) {
      const usualPeak = Math.max(median(this.#peaks), SILENCE);
      // Windows that do not overlap, so that a jump is seen at its full height.
      const jump = Math.abs(wrap(phase - apart - 2 * median(this.#turns)));
      this.#note('jump', jump / MOST_JUMP);
      this.#note('level', Math.abs(peak / usualPeak - 1) / MOST_LEVEL);
      this.#note('click', click / Math.max(MOST_CLICK * usualPeak, CLICK_FACTOR * median(this.#clicks)));
    }
    keep(this.#phases, phase);
    keep(this.#peaks, peak);
    keep(this.#clicks, click);
  }

  #note(fault: Fault, size: number): void {
    if (size <= 1) return;
    if (this.#faulty.length < MOST_KEPT) this.#faulty.push({ atS: this.#frames / RATE_HZ, fault, size });
    else this.#dropped++;
  }

  /** Phase, beyond that of the sine that began with the recording, and peak of what is under the Hann window. */
  #fit(): { phase: number; peak: number } {
    let [re, im] = [0, 0];
    for (let at = 0; at < WINDOW; at++) {
      const value = (HANN[at] ?? 0) * (this.#pending[at + 4] ?? 0);
      re += value * Math.cos(TURN * at);
      im -= value * Math.sin(TURN * at);
    }
    const sinceStart = (TURN * this.#frames) % (2 * Math.PI);
    return { phase: wrap(Math.atan2(im, re) - sinceStart), peak: (4 * Math.hypot(re, im)) / WINDOW };
  }

  /** The largest one: next to nothing of the sine is left in it, and all of a click. */
  #fourthDifference(): number {
    let most = 0;
    const s = this.#pending;
    for (let at = 4; at < s.length; at++) {
      const outer = (s[at] ?? 0) + (s[at - 4] ?? 0);
      const difference = outer - 4 * ((s[at - 1] ?? 0) + (s[at - 3] ?? 0)) + 6 * (s[at - 2] ?? 0);
      most = Math.max(most, Math.abs(difference));
    }
    return most;
  }
}

function keep(list: number[], value: number): void {
  list.push(value);
  if (list.length > USUAL_WINDOWS) list.shift();
}

/** An angle between -π and π. */
function wrap(angle: number): number {
  return angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
}
