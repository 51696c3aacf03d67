const HOUR_MS = 3_600_000;

/** Bounds how much is logged of something that may come and go for ever: so many times an hour, the rest is counted. */
export class LogBudget {
  readonly #perHour: number;
  readonly #now: () => number;
  /** When the last ones were spent, oldest first; `perHour` of them at most. */
  #spentAtMs: number[] = [];
  #refused = 0;

  /** @param now the clock, ms, monotonic */
  constructor(perHour: number, now: () => number = () => performance.now()) {
    this.#perHour = perHour;
    this.#now = now;
  }

  /** Asks for one. Returns how many were refused since the last that was granted, or undefined when this one is refused. */
  spend(): number | undefined {
    const nowMs = this.#now();
    this.#spentAtMs = this.#spentAtMs.filter((atMs) => nowMs - atMs < HOUR_MS);
    if (this.#spentAtMs.length >= this.#perHour) {
      this.#refused++;
      return undefined;
    }
    this.#spentAtMs.push(nowMs);
    const refused = this.#refused;
    this.#refused = 0;
    return refused;
  }
}
