import { randomBytes, timingSafeEqual } from 'node:crypto';
import { digest, matches, type StoredPassword } from './passwords.ts';

/** How long the digest of a password that was right stands for its hash, ms. */
const REMEMBERED_MS = 10 * 60_000;
/** Different passwords that may wait for their hash to be computed. */
const MAX_WAITING = 8;

/** Checks passwords against a stored one. A hash is expensive: only one is computed at a time, and a right one is remembered. */
export class PasswordCheck {
  readonly #stored: StoredPassword;
  readonly #now: () => number;
  readonly #matches: typeof matches;
  readonly #key = randomBytes(32);
  /** Digest of the right password, as long as it is known. */
  #known: Buffer | undefined;
  #knownUntilMs = Number.POSITIVE_INFINITY;
  /** Hashes that are computed or wait for that, by the digest of their password. */
  readonly #waiting = new Map<string, Promise<boolean>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(stored: StoredPassword, now: () => number = () => performance.now(), compute = matches) {
    this.#stored = stored;
    this.#now = now;
    this.#matches = compute;
    if (stored.kind === 'plain') this.#known = digest(this.#key, stored.text);
  }

  /** Whether a password is right; undefined while the right one is not known: then `check` has to find out. */
  quick(typed: string): boolean | undefined {
    return this.#compare(digest(this.#key, typed));
  }

  /** Whether this very password is being checked at the moment. */
  isWaiting(typed: string): boolean {
    return this.#waiting.has(digest(this.#key, typed).toString('base64'));
  }

  /**
   * Whether a password is right. Who asks for the same one meanwhile gets the same answer.
   *
   * @returns undefined when too many others wait
   */
  check(typed: string): Promise<boolean> | undefined {
    const wanted = digest(this.#key, typed);
    const id = wanted.toString('base64');
    const underWay = this.#waiting.get(id);
    if (underWay) return underWay;
    if (this.#waiting.size >= MAX_WAITING) return undefined;
    const answer = this.#last.then(() => this.#compare(wanted) ?? this.#compute(typed, wanted));
    const settled = answer.finally(() => this.#waiting.delete(id));
    this.#waiting.set(id, settled);
    // Whoever asked hears of a failure; the next one must not.
    this.#last = settled.catch(() => undefined);
    return settled;
  }

  async #compute(typed: string, wanted: Buffer): Promise<boolean> {
    const right = await this.#matches(this.#stored, typed);
    if (right) {
      this.#known = wanted;
      this.#knownUntilMs = this.#now() + REMEMBERED_MS;
    }
    return right;
  }

  #compare(wanted: Buffer): boolean | undefined {
    if (this.#known && this.#now() >= this.#knownUntilMs) this.#known = undefined;
    return this.#known && timingSafeEqual(this.#known, wanted);
  }
}
