import type { ListenerState, RemovedListener } from '../connections/listener.ts';
import type { DroppedListener, ListenerStatus } from './status.ts';

/** What became of all who have gone from one format, since the start. */
export interface GoneTotals {
  /** Bytes that they took. */
  sentBytes: number;
  /** Segments that had to be sent to them again. */
  retransmits: number;
  /** How many went, by reason; with those who were refused as `server full`. */
  removed: Record<string, number>;
}

/** How many of the dropped are remembered. */
const DROPPED_KEPT = 50;
/** Why those went who found no place. */
const REFUSED = 'server full';

/** Counts the listeners that have gone, and remembers the last who did not go of their own accord. */
export class Tally {
  readonly #totals = new Map<string, GoneTotals>();
  readonly #dropped: DroppedListener[] = [];

  /** The totals of one format. */
  of(formatId: string): GoneTotals {
    let totals = this.#totals.get(formatId);
    if (!totals) {
      totals = { sentBytes: 0, retransmits: 0, removed: { [REFUSED]: 0 } };
      this.#totals.set(formatId, totals);
    }
    return totals;
  }

  /** The last who went otherwise than by closing their connection, oldest first. */
  get dropped(): readonly DroppedListener[] {
    return this.#dropped;
  }

  /** How many went, by reason, all formats together; without those who were refused. */
  get removed(): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const { removed } of this.#totals.values()) {
      for (const [reason, count] of Object.entries(removed)) {
        if (reason !== REFUSED) sums[reason] = (sums[reason] ?? 0) + count;
      }
    }
    return sums;
  }

  /** A listener of a format has gone. */
  left(formatId: string, listener: RemovedListener): void {
    const totals = this.of(formatId);
    const { connectedS, behindMs, bytesSent, retransmits } = listenerStatus(listener);
    totals.sentBytes += bytesSent;
    totals.retransmits += retransmits ?? 0;
    count(totals, listener.reason);
    if (listener.reason === 'closed by peer') return;
    this.#dropped.push({
      format: formatId,
      reason: listener.reason,
      at: new Date().toISOString(),
      connectedS,
      behindMs,
      ...(retransmits === undefined ? {} : { retransmits }),
    });
    if (this.#dropped.length > DROPPED_KEPT) this.#dropped.shift();
  }

  /** Somebody found no place. */
  refused(formatId: string): void {
    count(this.of(formatId), REFUSED);
  }
}

/** A listener as the status shows it. */
export function listenerStatus({
  connectedMs,
  takenBytes,
  behindMs,
  waitingBytes,
  kernel,
}: ListenerState): ListenerStatus {
  const status = { connectedS: connectedMs / 1000, bytesSent: takenBytes, behindMs, waitingBytes };
  if (!kernel) return status;
  const { unackedBytes, unsentBytes, retransmits, rttMs } = kernel;
  return { ...status, unackedBytes, unsentBytes, retransmits, rttMs };
}

function count({ removed }: GoneTotals, reason: string): void {
  removed[reason] = (removed[reason] ?? 0) + 1;
}
