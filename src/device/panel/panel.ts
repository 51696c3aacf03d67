import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../../config/schema.ts';
import type { Logger } from '../../log.ts';
import { openButton } from './button.ts';
import type { GpioSource } from './gpio.ts';
import { type Closable, Keeper } from './keeper.ts';
import { Lamp } from './lamp.ts';
import { openLed } from './led-driver.ts';
import { type AirFacts, lampKind, type PatternName } from './patterns.ts';
import { requestPowerOff, runtimeFolder, withdrawPowerOff } from './power-off.ts';

/**
 * Whoever replaces the software of the machine makes this file before, and removes it afterwards. It is not in the box's own folder:
 * there, the box could lead root's hand elsewhere, and the file would go whenever the box is restarted.
 */
export const UPDATING_FILE = '/run/boardfeed-updating';
const UPDATING_LOOK_MS = 1000;
const READY_MS = 200;
/** A system that has heard the request has ended the box long before, ms. */
const POWER_OFF_MS = 10_000;

/** What the panel is made of; all but the log has a default. */
export interface PanelOptions extends GpioSource {
  readonly log: Logger;
  readonly updatingFile?: string;
  readonly runtimeFolder?: string;
  readonly retryMs?: number;
  readonly powerOffMs?: number;
  /** The button was pressed shortly. */
  readonly onShortPress?: () => void;
}

type Settings = Pick<Config, 'led' | 'button'>;

/** The front panel: status LED and button. It outlives every appliance, and no appliance knows of it. */
export class Panel {
  readonly #options: PanelOptions;
  #settings: Settings | undefined;
  #parts: Keeper<Closable>[] = [];
  /** Closes what the last change of settings replaced. */
  #closing: Promise<unknown> = Promise.resolve();
  #facts: () => AirFacts | undefined = () => undefined;
  #stopping = false;
  #updating = { is: false, lookAtMs: 0 };
  #powerOffTimer: NodeJS.Timeout | undefined;

  constructor(options: PanelOptions) {
    this.#options = options;
  }

  /** Goes by these settings from now on; those that it goes by already change nothing. */
  use({ led, button }: Settings): void {
    if (isDeepStrictEqual({ led, button }, this.#settings)) return;
    this.#settings = { led, button };
    const before = this.#closing.then(() => this.#closeParts());
    this.#closing = before.then(() => {
      this.#parts = [
        ...(led.kind === 'off' ? [] : [this.#keepLed(led)]),
        ...(button.enabled ? [this.#keepButton(button)] : []),
      ];
    });
  }

  /** Resolves when the LED is there, or is not; soon in any case. What is loaded next blocks the process for a while. */
  async ready(): Promise<void> {
    const tried = this.#closing.then(() => Promise.all(this.#parts.map((part) => part.tried)));
    await Promise.race([tried, sleep(READY_MS, undefined, { ref: false })]);
  }

  /** Shows what these facts say, which are asked for ten times a second; undefined while the box is not on air. */
  follow(facts: () => AirFacts | undefined): void {
    this.#facts = facts;
  }

  /** Shows that the box goes off air for good. */
  stopping(): void {
    this.#stopping = true;
  }

  /** The LED is dark then, or as the kernel had it. Never rejects. */
  async close(): Promise<void> {
    clearTimeout(this.#powerOffTimer);
    await this.#closing;
    await this.#closeParts();
  }

  async #closeParts(): Promise<void> {
    await Promise.all(this.#parts.map((part) => part.close()));
    this.#parts = [];
  }

  #keepLed(led: Config['led']): Keeper<Closable> {
    const { log, retryMs } = this.#options;
    return new Keeper<Closable>({
      what: 'status LED',
      problemLevel: led.kind === 'auto' ? 'info' : 'warn',
      log,
      ...(retryMs !== undefined && { retryMs }),
      open: async (onFailed) => {
        const driver = await openLed(led, this.#options);
        const lamp = new Lamp({ driver, pattern: () => this.#pattern(), onFailed });
        return { words: driver.words, close: () => lamp.close() };
      },
    });
  }

  #keepButton(button: Config['button']): Keeper<Closable> {
    const { log, retryMs, onShortPress } = this.#options;
    return new Keeper<Closable>({
      what: 'button',
      problemLevel: 'warn',
      log,
      ...(retryMs !== undefined && { retryMs }),
      open: (onFailed) => {
        const events = { onShort: () => onShortPress?.(), onLong: () => void this.#powerOff(), onFailed };
        return openButton(button, events, this.#options);
      },
    });
  }

  #pattern(): PatternName {
    if (this.#stopping) return 'stopping';
    const { updatingFile = UPDATING_FILE } = this.#options;
    const nowMs = performance.now();
    if (nowMs >= this.#updating.lookAtMs) {
      this.#updating = { is: existsSync(updatingFile), lookAtMs: nowMs + UPDATING_LOOK_MS };
    }
    return lampKind({ updating: this.#updating.is, onAir: this.#facts() });
  }

  async #powerOff(): Promise<void> {
    const { log, runtimeFolder: folder = runtimeFolder(), powerOffMs = POWER_OFF_MS } = this.#options;
    if (this.#stopping) return;
    this.#stopping = true;
    log.info('the button asks to shut down');
    try {
      await requestPowerOff(folder);
    } catch (error) {
      this.#stopping = false;
      log.error(`cannot shut down: ${(error as Error).message}`);
      return;
    }
    this.#powerOffTimer = setTimeout(async () => {
      this.#stopping = false;
      log.error('nobody shuts down; is boardfeed-poweroff.path active?');
      await withdrawPowerOff(folder).catch(() => {}); // Whoever removed the folder has withdrawn it.
    }, powerOffMs).unref();
  }
}
