import { LogBudget } from '../log-budget.ts';
import type { Granted } from '../native.ts';
import type { Problem } from '../programme/programme.ts';

/** Outages that are told in an hour: a plug with a bad contact must not fill the journal. */
const TOLD_PER_HOUR = 6;
/** A card that is there and cannot be used is told of when that lasts so long, ms: just after it is plugged in others may have it. */
const UNUSABLE_MS = 10_000;
/** When more has happened than may be told, a loss is told once it has lasted so long, ms. */
const LASTING_MS = 600_000;
/** The card is there: another matter than that it is away. */
const UNUSABLE = ['busy', 'refused'];

/** Where it is told. */
export interface SourceLogOutput {
  info(facts: object, text: string): void;
  warn(text: string): void;
}

/** What the log is told of the source: one line when it is lost and why, and one when it is back and after how long. */
export class SourceLog {
  readonly #log: SourceLogOutput;
  readonly #now: () => number;
  readonly #unusableMs: number;
  readonly #budget: LogBudget;
  /** Why it is lost; undefined while it is live, and before it ever was or failed. */
  #problem: Problem | undefined;
  #lostAtMs = 0;
  /** Whether the last line said that it is lost. */
  #toldLost = false;
  #untold = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param now the clock, ms, monotonic */
  constructor(log: SourceLogOutput, now: () => number = () => performance.now(), unusableMs = UNUSABLE_MS) {
    this.#log = log;
    this.#now = now;
    this.#unusableMs = unusableMs;
    this.#budget = new LogBudget(TOLD_PER_HOUR, now);
  }

  /** It is lost, or cannot be had; said of every new cause. */
  lost(problem: Problem): void {
    const before = this.#problem;
    this.#problem = problem;
    if (!before) {
      this.#lostAtMs = this.#now();
      if (this.#budget.spend() !== undefined) this.#tellLost();
      else {
        this.#untold++;
        this.#wait(LASTING_MS, () => this.#tellLost());
      }
    } else if (before.cause !== problem.cause && this.#toldLost) {
      this.#wait(this.#unusableMs, () => UNUSABLE.includes(problem.cause) && this.#tellLost());
    }
  }

  /** It delivers. @param name what it is; absent when it is the one that was lost */
  live(name?: string, granted?: Granted): void {
    if (!this.#problem) {
      if (name) this.#tellLive(name, granted);
      return;
    }
    const after = `after ${((this.#now() - this.#lostAtMs) / 1000).toFixed(1)} s`;
    this.#problem = undefined;
    clearTimeout(this.#timer);
    // Who was told of the loss is told of its end.
    if (this.#toldLost) this.#tellLive(name ? `${name} is back ${after}` : `live again ${after}`, granted);
  }

  /** Says nothing any more. */
  close(): void {
    clearTimeout(this.#timer);
  }

  #wait(ms: number, tell: () => unknown): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(tell, ms).unref();
  }

  #tellLost(): void {
    if (!this.#problem) return;
    const { cause, message } = this.#problem;
    this.#toldLost = true;
    this.#log.warn(`source: ${cause}: ${message}; trying again${this.#more()}`);
  }

  #tellLive(words: string, granted?: Granted): void {
    this.#toldLost = false;
    this.#log.info(granted ?? {}, `source: ${words}${this.#more()}`);
  }

  #more(): string {
    const untold = this.#untold;
    this.#untold = 0;
    return untold === 0 ? '' : ` (lost and back ${untold} more times)`;
  }
}
