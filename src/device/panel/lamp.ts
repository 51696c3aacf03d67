import { setTimeout as sleep } from 'node:timers/promises';
import type { LedDriver } from './led-driver.ts';
import { isLit, type PatternName, TICK_MS } from './patterns.ts';

/** A kernel that does not come back from a write must not keep the box from stopping, ms. */
const LAST_WRITE_MS = 300;

/** What a lamp is made of. */
export interface LampOptions {
  readonly driver: LedDriver;
  /** Asked ten times a second. */
  pattern(): PatternName;
  /** Told once, when the kernel refuses. The lamp then stands still. */
  onFailed(error: Error): void;
}

/** An LED that shows patterns. It waits for nothing: while the kernel takes its time with one change, the next are left out. */
export class Lamp {
  readonly #options: LampOptions;
  readonly #timer: NodeJS.Timeout;
  #name: PatternName | undefined;
  #tick = 0;
  #lit: boolean | undefined;
  #writing: Promise<void> | undefined;

  constructor(options: LampOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#show(), TICK_MS).unref();
    this.#show();
  }

  /** The LED is then dark, or as the kernel had it. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const ended = Promise.resolve(this.#writing).then(() => this.#options.driver.close());
    await Promise.race([ended, sleep(LAST_WRITE_MS, undefined, { ref: false })]);
  }

  #show(): void {
    const name = this.#options.pattern();
    this.#tick = name === this.#name ? this.#tick + 1 : 0;
    this.#name = name;
    const lit = isLit(name, this.#tick);
    if (lit === this.#lit || this.#writing) return;
    this.#lit = lit;
    this.#writing = this.#options.driver
      .set(lit)
      .catch((error: Error) => {
        clearInterval(this.#timer);
        this.#options.onFailed(error);
      })
      .finally(() => {
        this.#writing = undefined;
      });
  }
}
