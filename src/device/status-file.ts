import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from '../log.ts';

/** How often it is looked whether the text is another, ms. */
const LOOK_MS = 10_000;
/** It is not written again within so long, ms: what reads it may write to a card. */
const REST_MS = 30_000;

/** What a status file is made of. */
export interface StatusFileOptions {
  readonly file: string;
  /** What it should say now. */
  text(): string;
  readonly log: Pick<Logger, 'warn'>;
  readonly lookMs?: number;
  readonly restMs?: number;
}

/**
 * Keeps a file that says how the box is, for others on this machine to read. It is written for the first time when the box has been up
 * for a moment, then only when its text is another, and that for longer than one look; nothing waits for it, and nothing fails with it.
 */
export class StatusFile {
  readonly #options: StatusFileOptions;
  readonly #timer: NodeJS.Timeout;
  /** What stands in the file; undefined when there is none. */
  #written: string | undefined;
  #writtenMs = Number.NEGATIVE_INFINITY;
  #seen: string | undefined;
  #busy: Promise<void>;
  #isBusy = true;
  #told = false;

  constructor(options: StatusFileOptions) {
    this.#options = options;
    this.#busy = this.#begin();
    this.#timer = setInterval(() => this.#look(), options.lookMs ?? LOOK_MS).unref();
  }

  /** Resolves when nothing is being written. */
  get idle(): Promise<void> {
    return this.#busy;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** An appliance before this one may have left its text a moment ago. */
  async #begin(): Promise<void> {
    this.#written = await readFile(this.#options.file, 'utf8').catch(() => undefined); // There is none, then.
    if (this.#written !== undefined) this.#writtenMs = performance.now();
    this.#isBusy = false;
  }

  #look(): void {
    // A disk that takes its time is not given more to do.
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#busy = this.#writeIfOther()
      .catch((error: Error) => {
        if (!this.#told) this.#options.log.warn(`${this.#options.file} cannot be written: ${error.message}`);
        this.#told = true;
      })
      .finally(() => {
        this.#isBusy = false;
      });
  }

  async #writeIfOther(): Promise<void> {
    const { file, text: ask, restMs = REST_MS } = this.#options;
    const text = ask();
    const isSettled = text === this.#seen || this.#written === undefined;
    this.#seen = text;
    if (text === this.#written || !isSettled || performance.now() - this.#writtenMs < restMs) return;
    const temporary = path.join(path.dirname(file), `.${path.basename(file)}.new`);
    await writeFile(temporary, text, { mode: 0o644 });
    await rename(temporary, file);
    this.#written = text;
    this.#writtenMs = performance.now();
  }
}
