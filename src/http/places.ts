import { isLoopback } from './address-key.ts';

/** How many listeners there may be. */
export interface PlaceLimits {
  /** All formats together. */
  readonly max: number;
  /** From one address, as `keyOf` counts them. Loopback addresses are exempt. */
  readonly maxPerAddress: number;
  /** What an address counts as. */
  readonly keyOf: (address: string) => string;
}

/** Why somebody got no place: the box is full, or the address has as many as one may have. */
export type Refusal = 'full' | 'address full';

/** The places for listeners of all formats. Whoever has one is known by its client id. */
export class Places {
  #limits: PlaceLimits;
  /** The address key of each listener. */
  readonly #taken = new Map<string, string>();
  readonly #perAddress = new Map<string, number>();
  #refused = 0;

  constructor(limits: PlaceLimits) {
    this.#limits = limits;
  }

  get limits(): PlaceLimits {
    return this.#limits;
  }

  /** Changes how many there may be. Whoever has a place keeps it. */
  change(limits: Pick<PlaceLimits, 'max' | 'maxPerAddress'>): void {
    this.#limits = { ...this.#limits, ...limits };
  }

  /** Places that are taken. */
  get now(): number {
    return this.#taken.size;
  }

  /** How often there was none since the start. */
  get refused(): number {
    return this.#refused;
  }

  /** Takes a place for a new client id; returns why not when there is none. */
  take(clientId: string, address: string): Refusal | undefined {
    const key = this.limits.keyOf(address);
    const fromThere = this.#perAddress.get(key) ?? 0;
    const refusal = this.#refusal(key, fromThere);
    if (refusal) {
      this.#refused++;
      return refusal;
    }
    this.#taken.set(clientId, key);
    this.#perAddress.set(key, fromThere + 1);
    return undefined;
  }

  /** Gives a place back. Harmless for one that was given back already. */
  free(clientId: string): void {
    const key = this.#taken.get(clientId);
    if (key === undefined) return;
    this.#taken.delete(clientId);
    const left = (this.#perAddress.get(key) ?? 0) - 1;
    // An address that nobody listens from any more must not stay: that would grow.
    if (left > 0) this.#perAddress.set(key, left);
    else this.#perAddress.delete(key);
  }

  #refusal(key: string, fromThere: number): Refusal | undefined {
    if (this.#taken.size >= this.limits.max) return 'full';
    return fromThere >= this.limits.maxPerAddress && !isLoopback(key) ? 'address full' : undefined;
  }
}
