import type { Socket } from 'node:net';
import { Backlog } from './backlog.ts';
import type { SocketOwner } from './socket-owner.ts';

/** Why a listener is no longer served. */
export type RemovalReason =
  /** It closed its connection or its sending half (FIN). */
  | 'closed by peer'
  /** Its connection was reset (RST), or it was gone when we wrote. */
  | 'reset'
  /** It took nothing for longer than the stall time although something waited. */
  | 'stalled'
  /** It took something, but too slowly: more waited for it than the backlog may hold. */
  | 'too far behind'
  /** Writing to it failed, or the write call answered with an impossible count. */
  | 'write error'
  /** Our side ended it: `removeClient`, or somebody destroyed its socket. */
  | 'removed'
  /** The manager was closed. */
  | 'shutdown';

/** What is known of one listener at one moment. */
export interface ListenerState {
  readonly id: string;
  /** The peer's IP address; empty when the socket could not tell. */
  readonly remoteAddress: string;
  /** Time since it was added, ms. */
  readonly connectedMs: number;
  /** Everything meant for it, including what its socket already held when it was added, bytes. */
  readonly givenBytes: number;
  /** The part of it that the kernel has taken, counted in whole chunks, bytes. */
  readonly takenBytes: number;
  /** Given but not taken, bytes: `givenBytes - takenBytes`. */
  readonly backlogBytes: number;
  /** How long it has taken nothing although something waits, ms; 0 when nothing waits. */
  readonly waitingMs: number;
}

/** A listener's last state, and why it ended. */
export interface RemovedListener extends ListenerState {
  readonly reason: RemovalReason;
  /** The error behind the reason, when there was one. */
  readonly error?: Error;
}

/** Called when a listener's socket ends by itself. */
export type Departed = (listener: Listener, reason: RemovalReason, error?: Error) => void;

/** The manager's record of one listener. Holds no array and no closure until the listener has to wait. */
export class Listener implements SocketOwner {
  readonly id: string;
  readonly socket: Socket;
  readonly remoteAddress: string;
  readonly joinedAtMs: number;
  /** Number of the first chunk that is meant for it. */
  readonly firstChunk: number;
  /** True once removed: whatever still arrives from its socket concerns nobody. */
  gone = false;
  /** True from the first byte that was not taken at once until everything is taken. */
  waiting = false;
  /** When something was last taken, or the wait began, ms on the manager's clock. Means something only while `waiting`. */
  takenAtMs: number;
  givenBytes = 0;
  /** Bytes that wait in the socket itself. */
  heldBytes = 0;
  /** Whole chunks that wait behind those; exists only while something does. */
  backlog: Backlog | undefined;
  /** The one callback for all its slow writes; made for the first of them. */
  onTaken: ((error?: Error | null) => void) | undefined;
  readonly #departed: Departed;

  constructor(id: string, socket: Socket, nowMs: number, firstChunk: number, departed: Departed) {
    this.id = id;
    this.socket = socket;
    // Read now: a destroyed socket no longer knows.
    this.remoteAddress = socket.remoteAddress ?? '';
    this.joinedAtMs = nowMs;
    this.takenAtMs = nowMs;
    this.firstChunk = firstChunk;
    this.#departed = departed;
  }

  /** Given but not taken, bytes. */
  get backlogBytes(): number {
    return this.heldBytes + (this.backlog?.bytes ?? 0);
  }

  /** Lets a whole chunk wait behind the others. */
  queue(chunk: Buffer): void {
    this.backlog ??= new Backlog();
    this.backlog.push(chunk);
  }

  state(nowMs: number): ListenerState {
    const backlogBytes = this.backlogBytes;
    return {
      id: this.id,
      remoteAddress: this.remoteAddress,
      connectedMs: nowMs - this.joinedAtMs,
      givenBytes: this.givenBytes,
      takenBytes: this.givenBytes - backlogBytes,
      backlogBytes,
      waitingMs: this.waiting ? nowMs - this.takenAtMs : 0,
    };
  }

  socketEnded(): void {
    this.#departed(this, 'closed by peer');
  }

  socketFailed(_socket: Socket, error: NodeJS.ErrnoException): void {
    // EPIPE is what a write meets after the peer's RST, when nobody has read the RST itself.
    this.#departed(this, error.code === 'ECONNRESET' || error.code === 'EPIPE' ? 'reset' : 'write error', error);
  }

  socketClosed(): void {
    // A peer's close shows as an end or an error first; a close out of the blue is somebody on our side destroying it.
    this.#departed(this, 'removed');
  }
}
