import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../log.ts';

/** How long after a failure a part is looked for again, ms. */
export const RETRY_MS = 60_000;

/** Whoever closes waits so long for an attempt that is going on, ms. */
const OPENING_MS = 300;

/** What a keeper keeps. */
export interface Closable {
  close(): Promise<void>;
}

/** What to keep open, and how to speak of it. */
export interface KeeperOptions<Part extends Closable> {
  /** For the log: `status LED`. */
  readonly what: string;
  /** How loud it is told that there is none. */
  readonly problemLevel: 'info' | 'warn';
  readonly log: Logger;
  /** Default: `RETRY_MS`. */
  readonly retryMs?: number;
  /** Rejects when it cannot be had. `failed` is to be told when the part breaks. */
  open(failed: (error: Error) => void): Promise<Part & { readonly words: string }>;
}

/** Keeps a part open that may be missing, or break: looks for it again now and then. The log hears of it once, and once of its loss. */
export class Keeper<Part extends Closable> {
  readonly #options: KeeperOptions<Part>;
  #part: Part | undefined;
  #opening: Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  readonly #told = { problem: false, open: false };

  constructor(options: KeeperOptions<Part>) {
    this.#options = options;
    this.#opening = this.#open();
  }

  /** Resolves when the present attempt has ended. */
  get tried(): Promise<void> {
    return this.#opening;
  }

  /** Never rejects, and does not wait for a kernel that hangs. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await Promise.race([this.#opening, sleep(OPENING_MS, undefined, { ref: false })]);
    await this.#part?.close();
  }

  async #open(): Promise<void> {
    const { what, log, open } = this.#options;
    let part: (Part & { readonly words: string }) | undefined;
    let broken: Error | undefined;
    try {
      part = await open((error) => {
        broken = error;
        if (part && part === this.#part) this.#lost(part, error);
      });
    } catch (error) {
      // Whatever it is, even our own bug: no lamp is worth the sound.
      this.#problem(error as Error);
      return;
    }
    if (broken) this.#lost(part, broken);
    else if (this.#closed) await part.close();
    else {
      this.#part = part;
      log[this.#told.open ? 'debug' : 'info'](`${what}: ${part.words}`);
      this.#told.open = true;
    }
  }

  #lost(part: Part, error: Error): void {
    this.#part = undefined;
    void part.close();
    this.#problem(error);
  }

  #problem(error: Error): void {
    if (this.#closed) return;
    const { what, log, problemLevel, retryMs = RETRY_MS } = this.#options;
    log[this.#told.problem ? 'debug' : problemLevel](`no ${what}: ${error.message}`);
    this.#told.problem = true;
    this.#timer = setTimeout(() => {
      this.#opening = this.#open();
    }, retryMs).unref();
  }
}
