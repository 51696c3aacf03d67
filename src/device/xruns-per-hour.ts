/** Length of one step, ms, and how many are an hour. */
const STEP_MS = 60_000;
const STEPS = 60;

/** Counts what happened within the last hour, from a total that is read now and then and begins anew with every card. */
export class XrunsPerHour {
  /** What happened in each step; the newest is at `#step % STEPS`. */
  readonly #steps = new Uint32Array(STEPS);
  #step = 0;
  #total = 0;

  /**
   * @param total xruns since the card was opened
   * @param atMs when, on a monotonic clock, ms
   * @returns how many there were within the hour before
   */
  add(total: number, atMs: number): number {
    const step = Math.floor(atMs / STEP_MS);
    for (let left = Math.min(step - this.#step, STEPS); left > 0; left--) this.#steps[(step - left + 1) % STEPS] = 0;
    this.#step = step;
    // Less than before: another card, whose own count begins with what it shows.
    const fresh = total >= this.#total ? total - this.#total : total;
    this.#total = total;
    this.#steps[step % STEPS] = (this.#steps[step % STEPS] ?? 0) + fresh;
    return this.#steps.reduce((sum, count) => sum + count, 0);
  }
}
