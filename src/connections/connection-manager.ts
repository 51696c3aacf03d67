import type { Socket } from 'node:net';
import { Farewells } from './farewells.ts';
import { Listener, type ListenerState, type RemovalReason, type RemovedListener } from './listener.ts';
import { isOwned, own } from './socket-owner.ts';
import { StallWatch } from './stall-watch.ts';
import { offer, socketWrite, type WriteCall, whenTaken } from './write-call.ts';

export interface ConnectionManagerOptions {
  /** The format's bitrate, bytes per second. */
  readonly bytesPerSecond: number;
  /** How long a listener may take nothing although something waits, ms. Default 250. */
  readonly stallMs?: number;
  /** How much of the stream may wait for a listener, ms. Default 4000. */
  readonly backlogMs?: number;
  /** Called once for each listener that was removed, after everything is settled: it may call any method. */
  readonly onRemoved?: (listener: RemovedListener) => void;
  /** How bytes reach a socket. Default: `socket.write`. */
  readonly write?: WriteCall;
  /** The clock, ms, monotonic. Default: `performance.now`. */
  readonly now?: () => number;
}

/**
 * Sends one format's chunks to every listener of it. Nothing here ever waits, and no listener costs another anything.
 *
 * A chunk is offered to the socket. If the kernel takes all of it, that was all. If not, the listener *waits*: further chunks
 * queue up for it as references, and go to the socket one at a time, so that each one taken is seen as progress (Node would
 * join everything it is given into one long write that says nothing until its end). Whoever takes nothing for longer than
 * `stallMs`, or has more than `backlogMs` waiting, is removed.
 *
 * From a successful `addClient` on the socket belongs to the manager, which closes it in every case.
 */
export class ConnectionManager {
  readonly #stallMs: number;
  readonly #backlogLimitBytes: number;
  readonly #onRemoved: ((listener: RemovedListener) => void) | undefined;
  readonly #write: WriteCall;
  readonly #now: () => number;
  /** In the order of joining. A Map may change while it is walked: who leaves is not visited, who joins comes last. */
  readonly #listeners = new Map<string, Listener>();
  readonly #stalls: StallWatch<Listener>;
  readonly #farewells = new Farewells();
  /** Number of the next chunk that `broadcast` is given. */
  #nextChunk = 0;
  #broadcasting = false;
  /** The newest chunks, oldest first: more than one only when a chunk was broadcast from inside a broadcast. */
  readonly #undelivered: Buffer[] = [];
  #closed = false;

  constructor(options: ConnectionManagerOptions) {
    this.#stallMs = options.stallMs ?? 250;
    this.#backlogLimitBytes = ((options.backlogMs ?? 4000) / 1000) * options.bytesPerSecond;
    this.#onRemoved = options.onRemoved;
    this.#write = options.write ?? socketWrite;
    this.#now = options.now ?? (() => performance.now());
    this.#stalls = new StallWatch(this.#stallMs, this.#now, (listener) => this.#remove(listener, 'stalled'));
  }

  /** Number of listeners. */
  get size(): number {
    return this.#listeners.size;
  }

  /**
   * Adds a listener. It receives every chunk whose `broadcast` is called after this returns. What its socket already holds
   * (an HTTP head) and then `burst` go out first and count as waiting.
   *
   * Whatever the peer sends from now on is read and thrown away, so that its leaving is noticed; its FIN counts as leaving.
   *
   * @param burst chunks to begin with, oldest first, together less than `backlogMs`. Written to the socket beforehand they
   * would be one long write, in which a slow network shows no progress for longer than `stallMs`.
   * @returns false, having touched nothing, when the id is taken, when the socket is dead, half-closed or already some
   * manager's, or when the manager is closed: the socket is then still the caller's. True when the manager has taken it.
   */
  addClient(socket: Socket, clientId: string, burst: readonly Buffer[] = []): boolean {
    if (this.#closed || this.#listeners.has(clientId)) return false;
    if (!isAlive(socket) || isOwned(socket)) return false;
    const listener = new Listener(clientId, socket, this.#now(), this.#nextChunk, this.#departed);
    this.#listeners.set(clientId, listener);
    own(socket, listener);
    socket.setNoDelay(true);
    socket.resume();
    // As if it had waited for all of this: one way for whatever comes before the first broadcast chunk.
    listener.waiting = true;
    for (const chunk of burst) listener.queue(chunk);
    const heldBytes = socket.writableLength;
    listener.givenBytes = heldBytes + listener.backlogBytes;
    if (heldBytes > 0) this.#wait(listener, heldBytes);
    else this.#catchUp(listener);
    return true;
  }

  /**
   * Removes a listener. Its connection ends after the chunk that its socket is in the middle of, and is reset if that takes
   * longer than the stall time.
   *
   * @returns false when there is no such listener
   */
  removeClient(clientId: string): boolean {
    const listener = this.#listeners.get(clientId);
    return listener !== undefined && this.#remove(listener, 'removed');
  }

  /**
   * Sends a chunk (whole frames) to everybody. The bytes must not be changed afterwards: slow listeners share them.
   * Called from inside a broadcast, the chunk follows when that one has reached everybody, so that all see one order.
   */
  broadcast(data: Buffer): void {
    if (this.#closed || data.length === 0) return;
    this.#nextChunk += 1;
    this.#undelivered.push(data);
    if (this.#broadcasting) return;
    this.#broadcasting = true;
    try {
      this.#deliverAll();
    } finally {
      this.#broadcasting = false;
    }
    this.#stalls.check();
  }

  /**
   * Ends every listener after the chunk that its socket is in the middle of, and refuses new ones. May be called again to
   * shorten the time.
   *
   * @param deadlineMs when to reset those that have not taken even that, ms from now
   * @returns resolves when every socket has closed
   */
  close(deadlineMs: number): Promise<void> {
    this.#closed = true;
    for (const listener of this.#listeners.values()) this.#remove(listener, 'shutdown', undefined, deadlineMs);
    this.#farewells.hurry(deadlineMs);
    return this.#farewells.allLeft();
  }

  /** Every listener's state, in the order of joining. */
  snapshot(): ListenerState[] {
    const nowMs = this.#now();
    return Array.from(this.#listeners.values(), (listener) => listener.state(nowMs));
  }

  #deliverAll(): void {
    for (;;) {
      const number = this.#nextChunk - this.#undelivered.length;
      const chunk = this.#undelivered.shift();
      if (chunk === undefined) return;
      this.#deliver(chunk, number);
    }
  }

  /** Must not throw: every listener gets every chunk. */
  #deliver(chunk: Buffer, number: number): void {
    for (const listener of this.#listeners.values()) {
      if (listener.firstChunk > number) continue;
      listener.givenBytes += chunk.length;
      if (!listener.waiting) {
        this.#offer(listener, chunk);
      } else {
        listener.queue(chunk);
        if (listener.backlogBytes > this.#backlogLimitBytes) this.#remove(listener, 'too far behind');
      }
    }
  }

  /** Hands a listener its next chunk. Returns true when all of it was taken and the listener may have another. */
  #offer(listener: Listener, chunk: Buffer): boolean {
    let heldBytes: number;
    try {
      heldBytes = offer(this.#write, listener.socket, chunk);
    } catch (error) {
      this.#remove(listener, 'write error', error instanceof Error ? error : new Error(String(error)));
      return false;
    }
    if (listener.gone) return false;
    if (heldBytes > 0) this.#wait(listener, heldBytes);
    return heldBytes === 0;
  }

  /** Something waits in the listener's socket that was not there before: (re)starts its clock. */
  #wait(listener: Listener, heldBytes: number): void {
    listener.waiting = true;
    listener.heldBytes = heldBytes;
    this.#stalls.restart(listener);
    listener.onTaken ??= (error) => this.#taken(listener, error);
    whenTaken(listener.socket, listener.onTaken);
  }

  #taken(listener: Listener, error: Error | null | undefined): void {
    // An error ends the socket as well, and its events end the listener.
    if (listener.gone || error) return;
    this.#catchUp(listener);
  }

  /** Goes on with what waits for a listener whose socket holds nothing. */
  #catchUp(listener: Listener): void {
    listener.heldBytes = 0;
    for (let chunk = listener.backlog?.shift(); chunk !== undefined; chunk = listener.backlog?.shift()) {
      if (!this.#offer(listener, chunk)) return;
    }
    listener.waiting = false;
    listener.backlog = undefined;
    this.#stalls.stop(listener);
  }

  readonly #departed = (listener: Listener, reason: RemovalReason, error?: Error): void => {
    this.#remove(listener, reason, error);
  };

  /** The only way out. Returns false when the listener is out already. */
  #remove(listener: Listener, reason: RemovalReason, error?: Error, graceMs = this.#stallMs): boolean {
    if (listener.gone) return false;
    const state = listener.state(this.#now());
    listener.gone = true;
    this.#listeners.delete(listener.id);
    this.#stalls.stop(listener);
    listener.backlog = undefined;
    this.#dismiss(listener.socket, reason, graceMs);
    try {
      this.#onRemoved?.({ ...state, reason, ...(error && { error }) });
    } catch (bug) {
      // The caller's bug must show, but not as a hole in the streams of those who come next in this broadcast.
      queueMicrotask(() => {
        throw bug;
      });
    }
    return true;
  }

  #dismiss(socket: Socket, reason: RemovalReason, graceMs: number): void {
    if (!isOwned(socket)) return; // It has closed.
    // A frozen listener's kernel buffers go with it, which only a reset does.
    if (reason === 'stalled' || reason === 'too far behind') this.#farewells.reset(socket);
    else if (reason === 'write error' || reason === 'reset') this.#farewells.destroy(socket);
    else this.#farewells.end(socket, graceMs);
  }
}

/** A socket that is ending in either direction has nobody behind it who will hear the stream. */
function isAlive(socket: Socket): boolean {
  return !socket.destroyed && socket.writable && socket.readable && !socket.errored;
}
