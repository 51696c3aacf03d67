/** Somebody who waits; the watch writes `takenAtMs`. */
export interface Waiting {
  /** When something was last taken, or the wait began, ms on the watch's clock. */
  takenAtMs: number;
}

/**
 * Tells who has waited for longer than `stallMs` without anything being taken. One timer for all, armed only while
 * somebody waits.
 *
 * The event loop may have been busy while sockets were taking, and Node runs timers before it asks the kernel. So a passed
 * deadline is a suspicion only: it is judged after a poll for events that began and ended later. Whoever has made no
 * progress then was not able to take anything, however long the loop was blocked.
 */
export class StallWatch<T extends Waiting> {
  readonly #stallMs: number;
  readonly #now: () => number;
  readonly #onStalled: (one: T) => void;
  /** In the order of `takenAtMs`, so that the first is always the next to be due. */
  readonly #waiting = new Set<T>();
  #timer: NodeJS.Timeout | undefined;
  /** When the suspicion arose that is to be judged, ms; undefined when there is none. */
  #suspectedAtMs: number | undefined;

  /**
   * @param stallMs how long nothing may be taken, ms
   * @param now the clock, ms, monotonic
   * @param onStalled called once for each who has stalled; the watch has forgotten it by then
   */
  constructor(stallMs: number, now: () => number, onStalled: (one: T) => void) {
    this.#stallMs = stallMs;
    this.#now = now;
    this.#onStalled = onStalled;
  }

  /** Starts the clock of somebody who begins to wait, or restarts it because something was taken. */
  restart(one: T): void {
    one.takenAtMs = this.#now();
    this.#waiting.delete(one);
    this.#waiting.add(one);
    if (this.#timer === undefined && this.#suspectedAtMs === undefined) this.#arm(this.#stallMs);
  }

  /** Forgets somebody who no longer waits. */
  stop(one: T): void {
    if (!this.#waiting.delete(one) || this.#waiting.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Looks whether somebody's time is up. The timer does the same; calling it as well makes the answer as exact as the calls. */
  check(): void {
    const { value: first } = this.#waiting.values().next();
    if (first === undefined || this.#suspectedAtMs !== undefined) return;
    const nowMs = this.#now();
    const dueInMs = first.takenAtMs + this.#stallMs - nowMs;
    if (dueInMs < 0) this.#suspect(nowMs);
    else if (this.#timer === undefined) this.#arm(dueInMs);
  }

  #arm(inMs: number): void {
    // One more, because "longer than" is not "as long as" and timers count whole milliseconds.
    this.#timer = setTimeout(this.#onTimer, Math.ceil(inMs) + 1);
    // The sockets keep the process alive, not the watch over them.
    this.#timer.unref();
  }

  readonly #onTimer = (): void => {
    this.#timer = undefined;
    this.check();
  };

  #suspect(nowMs: number): void {
    this.#suspectedAtMs = nowMs;
    // Between two immediates lies one whole poll. One would not do: called from within a poll it follows that same one.
    setImmediate(() => setImmediate(this.#judge));
  }

  readonly #judge = (): void => {
    const overdueBeforeMs = (this.#suspectedAtMs ?? 0) - this.#stallMs;
    this.#suspectedAtMs = undefined;
    for (const one of this.#waiting) {
      if (one.takenAtMs >= overdueBeforeMs) break;
      this.stop(one);
      this.#onStalled(one);
    }
    this.check();
  };
}
