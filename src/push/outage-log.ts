/** Where a push says how it is. */
export interface PushLog {
  info(text: string): void;
  warn(text: string): void;
}

/**
 * What the log is told of one push. An outage ends when the push has been on air for a while; until then each thing is said
 * once, however often it is tried and fails: a line for each cause, and one for being on air.
 */
export class OutageLog {
  readonly #log: PushLog;
  readonly #name: string;
  readonly #said = new Set<string>();
  #last = '';
  #failures = 0;

  /** @param name how the push is called in the log */
  constructor(log: PushLog, name: string) {
    this.#log = log;
    this.#name = name;
  }

  /** A try, or a connection, has failed. */
  failed(cause: string, message: string): void {
    this.#failures++;
    if (this.#isNew(cause)) this.#log.warn(`${this.#name}: ${message}; trying again until it works`);
  }

  /** It went on air. */
  onAir(): void {
    if (this.#isNew('on air')) this.#sayOnAir();
  }

  /** It has been on air for a while: what fails from now on is another outage. */
  steady(): void {
    if (this.#last !== 'on air') this.#sayOnAir();
    this.#said.clear();
    this.#failures = 0;
  }

  #sayOnAir(): void {
    this.#last = 'on air';
    const after =
      this.#failures === 0 ? '' : ` after ${this.#failures} ${this.#failures === 1 ? 'failure' : 'failures'}`;
    this.#log.info(`${this.#name}: on air${after}`);
  }

  #isNew(thing: string): boolean {
    if (this.#said.has(thing)) return false;
    this.#said.add(thing);
    this.#last = thing;
    return true;
  }
}
