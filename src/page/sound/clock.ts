/** How often the box is asked for its time: at the beginning, then now and then, ms. */
const FIRST_ASKS = 4;
const ASK_EVERY_MS = 30_000;
/** An answer counts for so long; clocks of machines differ by 50 ms in that time at most, mostly by far less, ms. */
const VALID_MS = 10 * 60_000;

/** One question for the time. Times of this machine, ms of `performance.now`. */
export interface Sample {
  readonly askedMs: number;
  readonly answeredMs: number;
  /** What the box answered, ms of its clock. */
  readonly boxMs: number;
}

/**
 * How far the box's clock is ahead of ours, ms: of all answers the one that took least says it best (as NTP does it, RFC 5905, 10), to
 * half of the time that it took at worst. Undefined without an answer.
 */
export function clockOffsetMs(samples: readonly Sample[]): number | undefined {
  const tookMs = ({ askedMs, answeredMs }: Sample) => answeredMs - askedMs;
  const best = samples.reduce<Sample | undefined>(
    (best, sample) => (best === undefined || tookMs(sample) < tookMs(best) ? sample : best),
    undefined,
  );
  return best && best.boxMs - (best.askedMs + best.answeredMs) / 2;
}

/** Knows the box's clock by asking for it. */
export class BoxClock {
  #samples: Sample[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** From our clock (`performance.now`) to the box's, ms; undefined while unknown. */
  offsetMs: number | undefined;

  start(): void {
    this.stop();
    this.#samples = [];
    void this.#ask(1);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  async #ask(count: number): Promise<void> {
    try {
      const askedMs = performance.now();
      const answer = await fetch('/api/clock', { cache: 'no-store' });
      const answeredMs = performance.now();
      if (!answer.ok) throw new Error(`${answer.status}`);
      const { ms: boxMs } = (await answer.json()) as { ms: number };
      this.#samples = this.#samples.filter((sample) => answeredMs - sample.askedMs < VALID_MS).slice(-20);
      this.#samples.push({ askedMs, answeredMs, boxMs });
      this.offsetMs = clockOffsetMs(this.#samples);
    } catch {
      // Asked again soon; until then the last answer counts.
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(count + 1), count < FIRST_ASKS ? 100 : ASK_EVERY_MS);
  }
}
