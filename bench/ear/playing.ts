import type { EarRig } from './rig.ts';

/** Where an ear finds its sound. */
export interface Where {
  readonly rig: EarRig;
  /** Address of the box, without a slash at its end. */
  readonly box: string;
}

/** What an ear says of itself, each in ms. */
export interface Claims {
  /** How far behind the mixer it hears. */
  readonly behindMs?: number;
  /** The part that is the browser's own output: `baseLatency` and `outputLatency` of its AudioContext (Web Audio API, 1.2). */
  readonly baseMs?: number;
  readonly outputMs?: number;
  /** How often its store was empty, and how often its browser or the sound system was late, since it began. */
  readonly dropouts?: number;
  readonly underruns?: number;
}

/** An ear that listens. */
export interface Playing {
  claims(): Promise<Claims>;
  stop(): Promise<void>;
}

/** Somebody who listens, by some player, at the sink `ear`. */
export interface Ear {
  readonly name: string;
  /** It may be so much behind at most, ms: markers are looked for so long. */
  readonly mostDelayMs: number;
  /** What it must keep, ms. */
  readonly goals?: { readonly medianMs: number; readonly p95Ms: number };
  /** Begins to listen. Throws, with the reason, when it cannot. */
  listen(where: Where): Promise<Playing>;
}
