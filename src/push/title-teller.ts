import { setTimeout as sleep } from 'node:timers/promises';

/** How often a title is told until it is understood. */
const TRIES = 6;
/** Time after the first failure, ms; twice as long after each further one. */
const FIRST_PAUSE_MS = 500;

/** Tells titles to somebody who may be slow or out of order: one at a time, and only the newest. */
export class TitleTeller {
  readonly #tell: (title: string, signal: AbortSignal) => Promise<void>;
  readonly #onFailed: (error: Error) => void;
  #newest: string | undefined;
  /** Ends what is under way; undefined when nothing is. */
  #telling: AbortController | undefined;

  /**
   * @param tell resolves when the title was understood
   * @param onFailed told of the last error when a title is given up
   */
  constructor(tell: (title: string, signal: AbortSignal) => Promise<void>, onFailed: (error: Error) => void) {
    this.#tell = tell;
    this.#onFailed = onFailed;
  }

  /** Tells a title, when what is under way has ended. */
  say(title: string): void {
    this.#newest = title;
    if (this.#telling) return;
    const telling = new AbortController();
    this.#telling = telling;
    void this.#run(telling);
  }

  /** Forgets everything. */
  stop(): void {
    this.#newest = undefined;
    this.#telling?.abort();
    this.#telling = undefined;
  }

  async #run(telling: AbortController): Promise<void> {
    while (this.#telling === telling && this.#newest !== undefined) {
      const error = await this.#tryToTell(this.#newest, telling.signal);
      if (this.#telling === telling && error) this.#onFailed(error);
    }
    if (this.#telling === telling) this.#telling = undefined;
  }

  /** Returns the last error when the title was given up; nothing when it was understood, or when there is a newer one. */
  async #tryToTell(title: string, signal: AbortSignal): Promise<Error | undefined> {
    let failed: Error | undefined;
    for (let tries = 0; tries < TRIES; tries++) {
      try {
        // No pause before the first try.
        if (tries > 0) await sleep(FIRST_PAUSE_MS * 2 ** (tries - 1), undefined, { signal, ref: false });
        if (this.#newest !== title) return undefined;
        await this.#tell(title, signal);
        failed = undefined;
        break;
      } catch (error) {
        failed = error as Error;
        if (signal.aborted) return undefined;
      }
    }
    if (this.#newest === title) this.#newest = undefined;
    return failed;
  }
}
