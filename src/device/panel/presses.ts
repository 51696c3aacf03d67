/** What the presses of a button mean, and who is told. */
export interface PressesOptions {
  readonly longPressMs: number;
  /** Whether it is pressed at this moment. */
  isDown(): boolean;
  /** It was let go before it counted as long. */
  onShort(): void;
  /** It has been pressed for `longPressMs`, and still is. */
  onLong(): void;
}

/** Tells long presses from short ones. A button that is pressed from the beginning, by something that leans on it, means nothing. */
export class Presses {
  readonly #options: PressesOptions;
  #down: boolean;
  /** A press that has not yet been told of is going on. */
  #pending = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PressesOptions) {
    this.#options = options;
    this.#down = options.isDown();
  }

  /** Takes the news that the button was pressed or let go, without bouncing. What is known already is no news. */
  change(down: boolean): void {
    if (down === this.#down) return;
    this.#down = down;
    clearTimeout(this.#timer);
    const ended = this.#pending && !down;
    this.#pending = down;
    if (down) this.#timer = setTimeout(() => this.#long(), this.#options.longPressMs).unref();
    if (ended) this.#options.onShort();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#pending = false;
  }

  #long(): void {
    // After a pause of the whole process this timer comes before the news that the button was let go long ago.
    if (!this.#options.isDown()) return;
    this.#pending = false;
    this.#options.onLong();
  }
}
