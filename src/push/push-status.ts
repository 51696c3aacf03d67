import type { PushCause } from './problem.ts';

/** What a push does: `waiting` for its next try. */
export type PushState = 'waiting' | 'connecting' | 'on air';

/** One server that the box sends to, in the status. Its password is not among this. */
export interface PushStatus {
  url: string;
  /** Id of the format. */
  format: string;
  state: PushState;
  /** Why it is not on air, as far as is known. */
  problem?: { cause: PushCause; message: string };
  /** How long it has been in this state, seconds. */
  sinceS: number;
  /** Tries to connect since it was last on air; 0 while it is. */
  attempts: number;
  /** Time to the next try, seconds; absent unless it waits for one. */
  nextTryInS?: number;
  /** Bytes that the server took since the start. */
  sentBytes: number;
  /** Age of the oldest byte that it has not taken, ms. */
  behindMs: number;
  /** How often it went on air since the start. */
  connects: number;
  /** How often a connection failed or was lost since the start, by cause. */
  failures: Partial<Record<PushCause, number>>;
}
