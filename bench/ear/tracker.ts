import { findMarker } from './correlate.ts';
import { History } from './history.ts';
import { MARKER_FRAMES, markerSamples, markerStarts, RATE_HZ, type Spacing } from './markers.ts';

/** A marker that was played into the mixer and reached the ear. */
export interface HeardMarker {
  /** When it was in the mixer, s since the start of the recording. */
  readonly atS: number;
  /** When it began at the ear, s since the start of the recording. */
  readonly heardS: number;
  readonly delayMs: number;
}

/** What looks less like a marker is none. Through MP3 at 128 kbit/s they keep a likeness above 0.9. */
const LEAST_LIKENESS = 0.5;
/** The same in the mixer, where nothing may have changed them. */
const LEAST_MIXER_LIKENESS = 0.95;
/** How far a marker may be from its place in the mixer, in frames: what plays the signal may have stumbled. */
const MIXER_TOLERANCE = RATE_HZ / 20;
/** A search looks at so much at once. */
const SEARCH_FRAMES = RATE_HZ / 4;

interface Expected {
  readonly marker: Float32Array;
  /** Its first frame in the mixer. */
  readonly at: number;
  /** The ear was searched up to here. */
  searched: number;
  hinted: boolean;
}

/**
 * Finds the markers in what the mixer plays, and again in what the ear hears, while both are recorded on one clock. It holds no more
 * of them than the longest delay.
 */
export class MarkerTracker {
  readonly heard: HeardMarker[] = [];
  /** When those were in the mixer that did not reach the ear within the longest delay, s since the start of the recording. */
  readonly lostS: number[] = [];
  readonly #starts: Generator<number, never>;
  readonly #mixer: History;
  readonly #ear: History;
  readonly #mostFrames: number;
  readonly #expected: Expected[] = [];
  #index = 0;
  #start: number;
  #searched = 0;
  /** Frame of the recording at which the signal began; undefined while no marker was found. */
  #origin: number | undefined;

  readonly #signalFrames: number;

  /**
   * @param signalFrames length of the signal: what ends after it is no marker
   * @param mostDelayMs how long a marker may take to the ear
   */
  constructor(spacing: Spacing, signalFrames: number, mostDelayMs: number) {
    this.#signalFrames = signalFrames;
    this.#starts = markerStarts(spacing);
    this.#start = this.#starts.next().value;
    this.#mostFrames = Math.round((mostDelayMs * RATE_HZ) / 1000);
    const kept = this.#mostFrames + 4 * RATE_HZ;
    this.#mixer = new History(kept);
    this.#ear = new History(kept);
  }

  /** Whether every marker of the signal was heard or given up. */
  get done(): boolean {
    return this.#expected.length === 0 && this.#start + MARKER_FRAMES > this.#signalFrames;
  }

  /** Takes what was recorded next, at most a second of it: the same number of frames of both. */
  push(mixer: Float32Array, ear: Float32Array): void {
    this.#mixer.push(mixer);
    this.#ear.push(ear);
    this.#findInMixer();
    // Those that were found, or given up, leave the list.
    for (const one of [...this.#expected]) {
      if (this.#findAtEar(one)) this.#expected.splice(this.#expected.indexOf(one), 1);
    }
  }

  #findInMixer(): void {
    const { end } = this.#mixer;
    while (this.#start + MARKER_FRAMES <= this.#signalFrames) {
      const known = this.#origin !== undefined;
      const from = known ? (this.#origin ?? 0) + this.#start - MIXER_TOLERANCE : this.#searched;
      const to = from + (known ? 2 * MIXER_TOLERANCE : SEARCH_FRAMES) + MARKER_FRAMES;
      if (to > end) return;
      const marker = markerSamples(this.#index);
      const found = findMarker(this.#mixer.slice(from, to), marker);
      if (!found || found.likeness < LEAST_MIXER_LIKENESS) {
        if (known) throw new Error(`marker ${this.#index} is not in the mixer at its time: the recording is void`);
        this.#searched = to - MARKER_FRAMES;
        continue;
      }
      const at = from + found.at;
      this.#origin = Math.round(at) - this.#start;
      this.#expected.push({ marker, at, searched: Math.floor(at), hinted: false });
      this.#index++;
      this.#start = this.#starts.next().value;
    }
  }

  /** Whether the search for this one is over. */
  #findAtEar(one: Expected): boolean {
    if (!one.hinted) {
      // Most come as late as the one before.
      const last = this.heard.at(-1)?.delayMs;
      const place = one.at + ((last ?? 0) * RATE_HZ) / 1000;
      const [from, to] = [Math.floor(place - SEARCH_FRAMES / 2), Math.ceil(place + SEARCH_FRAMES / 2 + MARKER_FRAMES)];
      if (to > this.#ear.end) return false;
      one.hinted = true;
      if (last !== undefined && this.#takeIfHeard(one, from, to)) return true;
    }
    while (one.searched + SEARCH_FRAMES + MARKER_FRAMES <= this.#ear.end) {
      if (this.#takeIfHeard(one, one.searched, one.searched + SEARCH_FRAMES + MARKER_FRAMES)) return true;
      one.searched += SEARCH_FRAMES;
      if (one.searched <= one.at + this.#mostFrames) continue;
      this.lostS.push(one.at / RATE_HZ);
      return true;
    }
    return false;
  }

  #takeIfHeard(one: Expected, from: number, to: number): boolean {
    const found = findMarker(this.#ear.slice(from, to), one.marker);
    if (!found || found.likeness < LEAST_LIKENESS) return false;
    const heard = from + found.at;
    this.heard.push({
      atS: one.at / RATE_HZ,
      heardS: heard / RATE_HZ,
      delayMs: ((heard - one.at) * 1000) / RATE_HZ,
    });
    return true;
  }
}
