import type { Logger } from '../log.ts';

/** A box without descriptors says so at most once in so long. */
const COMPLAINT_MS = 60_000;

/**
 * Connections that could not be accepted, because descriptors or memory are used up. Those who listen have theirs; the flood that
 * caused it will end.
 */
export class AcceptFailures {
  readonly #log: Pick<Logger, 'error'>;
  #count = 0;
  #complainedAtMs = Number.NEGATIVE_INFINITY;

  constructor(log: Pick<Logger, 'error'>) {
    this.#log = log;
  }

  /** Since the start. */
  get count(): number {
    return this.#count;
  }

  add(error: Error): void {
    this.#count++;
    if (performance.now() - this.#complainedAtMs < COMPLAINT_MS) return;
    this.#complainedAtMs = performance.now();
    this.#log.error(`a connection could not be accepted: ${error.message}`);
  }
}
