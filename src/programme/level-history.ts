import type { LevelHistory as HistoryAnswer, LevelEntry } from '../desk/contract.ts';
import { monotonicMs } from '../pcm.ts';
import { FLOOR_DBFS, type LevelWindow } from './levels.ts';
import type { ProgrammeState } from './state.ts';

/** Length of an entry, ms. */
export const STEP_MS = 5000;
/** Entries that are kept: an hour of them. */
export const ENTRIES = 720;
/** Each mark is a bit: the first is 1, the next 2, and so on. */
const MARKS: readonly LevelEntry['marks'][number][] = ['lost', 'fallback', 'silent', 'zeros', 'clipping'];
/** No level is higher, dBFS: what a broken float card sends may be anything. */
const CEILING_DBFS = 200;

/**
 * Levels and marks of the last hour, 5 bytes for each 5 s: 3600 bytes, never more. It is told of every level window and every change of
 * state, so that an entry knows of whatever happened within it, however short. Times are those of `monotonicMs`.
 */
export class LevelHistory {
  /** Tenths of a dBFS; entry n stands at n modulo `ENTRIES`. */
  readonly #peaks = new Int16Array(ENTRIES);
  readonly #rms = new Int16Array(ENTRIES);
  readonly #marks = new Uint8Array(ENTRIES);
  /** Entries that are over, since the start. */
  #count = 0;
  /** When the one that is being filled will be over. */
  #endMs: number;
  #state: ProgrammeState = 'starting';
  /** Of the one that is being filled. */
  #windows = 0;
  #peakDbfs = FLOOR_DBFS;
  /** Mean squares of all windows and channels, added up. */
  #power = 0;
  #channels = 0;
  #bits = 0;

  constructor(nowMs = monotonicMs()) {
    this.#endMs = nowMs + STEP_MS;
  }

  /** The programme has a new state. */
  state(state: ProgrammeState, nowMs = monotonicMs()): void {
    this.#advance(nowMs);
    this.#state = state;
    this.#mark(state);
  }

  /** Another window is over. What it says of the signal counts only while the source is live. */
  window({ levels, fact, clipped }: LevelWindow, nowMs = monotonicMs()): void {
    this.#advance(nowMs);
    this.#windows++;
    for (const { peakDbfs, rmsDbfs } of levels) {
      if (peakDbfs > this.#peakDbfs) this.#peakDbfs = peakDbfs;
      const power = 10 ** (rmsDbfs / 10);
      if (power > 0) this.#power += power; // else it is no number
      this.#channels++;
    }
    if (this.#state !== 'live') return;
    if (clipped) this.#mark('clipping');
    // A clipped peak stays a fact for a while; the window that it was in is what counts here.
    else if (fact !== 'clipping') this.#mark(fact);
  }

  /** The entries that are over, oldest first. `wallMs` is the present time, ms since 1970. */
  snapshot(nowMs = monotonicMs(), wallMs = Date.now()): HistoryAnswer {
    this.#advance(nowMs);
    const kept = Math.min(this.#count, ENTRIES);
    const endedMs = this.#endMs - STEP_MS;
    return {
      stepS: STEP_MS / 1000,
      endsAt: new Date(wallMs - (nowMs - endedMs)).toISOString(),
      entries: Array.from({ length: kept }, (_, at) => this.#entry((this.#count - kept + at) % ENTRIES)),
    };
  }

  #entry(at: number): LevelEntry {
    const bits = this.#marks[at] ?? 0;
    return {
      peakDbfs: (this.#peaks[at] ?? 0) / 10,
      rmsDbfs: (this.#rms[at] ?? 0) / 10,
      marks: MARKS.filter((_, bit) => bits & (1 << bit)),
    };
  }

  #mark(what: string): void {
    const bit = MARKS.indexOf(what as LevelEntry['marks'][number]);
    if (bit >= 0) this.#bits |= 1 << bit;
  }

  /** Closes the entries that are over by now. */
  #advance(nowMs: number): void {
    const over = Math.floor((nowMs - this.#endMs) / STEP_MS) + 1;
    // After a standstill of more than an hour only the last of it can be told.
    const skipped = Math.max(0, over - ENTRIES);
    this.#endMs += skipped * STEP_MS;
    while (nowMs >= this.#endMs) this.#close();
  }

  #close(): void {
    // Nothing was sent in all that time: the box stood still, and so the input was lost.
    if (this.#windows === 0) this.#mark('lost');
    const at = this.#count % ENTRIES;
    this.#peaks[at] = tenths(this.#peakDbfs);
    this.#rms[at] = tenths(10 * Math.log10(this.#power / this.#channels));
    this.#marks[at] = this.#bits;
    this.#count++;
    this.#endMs += STEP_MS;
    this.#windows = this.#power = this.#channels = this.#bits = 0;
    this.#peakDbfs = FLOOR_DBFS;
    // A state that lasts is one of the next entry as well.
    this.#mark(this.#state);
  }
}

function tenths(dbfs: number): number {
  if (Number.isNaN(dbfs)) return 10 * FLOOR_DBFS; // nothing was measured
  return Math.round(10 * Math.min(CEILING_DBFS, Math.max(FLOOR_DBFS, dbfs)));
}
