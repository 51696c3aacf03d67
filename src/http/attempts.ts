import { isLoopback } from './address-key.ts';

/** So many wrong passwords an address may try at once, */
const ALLOWED = 10;
/** and one more after so long, ms. */
const FORGIVEN_EVERY_MS = 6000;
/** A reverse proxy on the box speaks for everybody from there: it may so many times as often. */
const LOOPBACK_FACTOR = 10;
/** Addresses that are remembered; the one that has failed least lately is forgotten for a new one. */
const MAX_ADDRESSES = 1000;

interface Failures {
  /** How many count at `atMs`; they fade from then on. */
  count: number;
  atMs: number;
}

/** Counts wrong passwords by address, so that nobody can try many. */
export class Attempts {
  readonly #keyOf: (address: string) => string;
  readonly #now: () => number;
  /** In the order of the last failure. */
  readonly #failures = new Map<string, Failures>();

  /** @param keyOf what an address counts as, see `addressKey` */
  constructor(keyOf: (address: string) => string, now: () => number = () => performance.now()) {
    this.#keyOf = keyOf;
    this.#now = now;
  }

  /** Addresses that are remembered. */
  get size(): number {
    return this.#failures.size;
  }

  /** How long an address has to wait before it may try again, ms; 0 when it may now. */
  waitMs(address: string): number {
    const { key, factor } = this.#who(address);
    const over = this.#count(key, factor) - (ALLOWED * factor - 1);
    return over <= 0 ? 0 : (over * FORGIVEN_EVERY_MS) / factor;
  }

  /** Counts `by` failures of an address; a negative number takes them back. */
  add(address: string, by: number): void {
    const { key, factor } = this.#who(address);
    const count = Math.min(this.#count(key, factor) + by, ALLOWED * factor);
    this.#failures.delete(key);
    if (count <= 0) return;
    this.#failures.set(key, { count, atMs: this.#now() });
    if (this.#failures.size <= MAX_ADDRESSES) return;
    for (const oldest of this.#failures.keys()) {
      this.#failures.delete(oldest);
      break;
    }
  }

  #who(address: string): { key: string; factor: number } {
    const key = this.#keyOf(address);
    return { key, factor: isLoopback(key) ? LOOPBACK_FACTOR : 1 };
  }

  #count(key: string, factor: number): number {
    const failures = this.#failures.get(key);
    if (!failures) return 0;
    return Math.max(0, failures.count - ((this.#now() - failures.atMs) * factor) / FORGIVEN_EVERY_MS);
  }
}
