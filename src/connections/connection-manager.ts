import type { Socket } from 'node:net';
import { Farewells } from './farewells.ts';
import type { Limits } from './judgement.ts';
import type { ListenerState, RemovalReason, RemovedListener, Stream } from './listener.ts';
import { Listener, reasonOf } from './listener.ts';
import { RecentChunks } from './recent-chunks.ts';
import { type FanOutCalls, SendPass, SendPort } from './send-pass.ts';
import { isAlive, isOwned, own } from './socket-owner.ts';
import { Watch } from './watch.ts';
import { StreamWire, socketWrite, type WriteCall } from './write-call.ts';

export interface ConnectionManagerOptions {
  /** The format's bitrate, bytes per second. */
  readonly bytesPerSecond: number;
  /** How long a listener may take nothing once its backlog is full, ms. Default 250. */
  readonly stallMs?: number;
  /** How much of the stream may wait for a listener, ms. Default 4000. */
  readonly backlogMs?: number;
  /** Called once for each listener that was removed, after everything is settled: it may call any method. */
  readonly onRemoved?: (listener: RemovedListener) => void;
  /** How bytes reach a socket. Default: past Node with one native pass, and `socket.write` for what is no plain TCP. */
  readonly write?: WriteCall;
  /** The calls of that pass. Default: the addon's. */
  readonly fanOut?: FanOutCalls;
  /** The clock, ms, monotonic. Default: `performance.now`. */
  readonly now?: () => number;
}

/** How often those apart are offered what they lack in case that no chunk comes, ms. */
const APART_MS = 25;
/** How often the watch goes round at least, ms. */
const ROUND_MS = 250;
/** How fast the measured cost of a chunk follows: by a tenth of every new one. */
const FOLLOW = 0.1;
/** A peer that answers nothing is noticed within 10 s. */
const DEAD_AFTER_MS = 9000;
/** The most that may lie unsent in the kernel: enough to keep a fast link busy between two ticks, bytes. */
const MAX_UNSENT_BYTES = 65_536;

/**
 * Sends one format's chunks to every listener of it. Nothing here ever waits, and no listener costs another anything.
 *
 * A chunk goes to everybody in one native pass over the sockets. Whoever does not take all of it leaves the pass and *lags*:
 * with every further chunk it is offered the rest, out of the stream's recent chunks, until it has caught up. What lies in the
 * kernel for it is bounded to a part of its backlog; the rest is held here, once for all.
 *
 * Whoever has given no sign of life for `backlogMs` and `stallMs` together, or lies as far behind, is removed.
 *
 * From a successful `addClient` on the socket belongs to the manager, which closes it in every case.
 */
export class ConnectionManager {
  readonly #limits: Limits;
  readonly #stream: Stream;
  readonly #backlogLimitBytes: number;
  readonly #onRemoved: ((listener: RemovedListener) => void) | undefined;
  readonly #write: WriteCall;
  readonly #now: () => number;
  /** In the order of joining. A Map may change while it is walked: who leaves is not visited, who joins comes last. */
  readonly #listeners = new Map<string, Listener>();
  /** Those whom the pass does not serve: they lag, or are no plain TCP. */
  readonly #apart = new Set<Listener>();
  /** The end of the stream; what a listener may begin with is found here. */
  readonly recent: RecentChunks;
  /** None when somebody else's write call is to be used. */
  readonly #pass: SendPass<Listener> | undefined;
  readonly #watch: Watch;
  readonly #farewells = new Farewells();
  #timer: NodeJS.Timeout | undefined;
  /** When the timer is due, ms. */
  #dueAtMs = 0;
  #passMs = 0;
  #closed = false;

  constructor(options: ConnectionManagerOptions) {
    const { bytesPerSecond, stallMs = 250, backlogMs = 4000 } = options;
    this.#limits = { stallMs, backlogMs, deadAfterMs: DEAD_AFTER_MS };
    this.#backlogLimitBytes = ((backlogMs + stallMs) / 1000) * bytesPerSecond;
    this.#onRemoved = options.onRemoved;
    this.#write = options.write ?? socketWrite;
    this.#now = options.now ?? (() => performance.now());
    // Longer than anybody may lag, so that whoever does finds what it needs until it is judged.
    this.recent = new RecentChunks(backlogMs + stallMs + 1000, 2 * this.#backlogLimitBytes);
    this.#stream = { recent: this.recent, bytesPerSecond };
    this.#watch = new Watch(this.#stream, this.#limits, this.#now, this.#departed);
    if (options.write) return;
    const unsentBytes = Math.max(1, Math.min(MAX_UNSENT_BYTES, ((backlogMs / 1000) * bytesPerSecond) / 4));
    // The kernel counts a closed window as silence, too: a longer backlog must not end by that.
    this.#pass = new SendPass(unsentBytes, Math.max(DEAD_AFTER_MS, backlogMs + stallMs + 1000), options.fanOut);
  }

  /** What it costs at present to send one chunk to everybody, ms, smoothed. */
  get passMs(): number {
    return this.#passMs;
  }

  /** Number of listeners. */
  get size(): number {
    return this.#listeners.size;
  }

  /**
   * Adds a listener. What its socket already holds (an HTTP head) and then `opening` go out first, then the stream from
   * `fromOffset` on: as a rule every chunk whose `broadcast` is called after this returns.
   *
   * Whatever the peer sends from now on is read and thrown away, so that its leaving is noticed; its FIN counts as leaving.
   *
   * @param opening what to begin with, in order: a format's header
   * @param fromOffset offset in `recent` to go on with; where a chunk begins
   * @returns false, having touched nothing, when the id is taken, when the socket is dead, half-closed or already some
   * manager's, or when the manager is closed: the socket is then still the caller's. True when the manager has taken it.
   */
  addClient(
    socket: Socket,
    clientId: string,
    opening: readonly Buffer[] = [],
    fromOffset = this.recent.endOffset,
  ): boolean {
    if (this.#closed || this.#listeners.has(clientId)) return false;
    if (!isAlive(socket) || isOwned(socket)) return false;
    const begin = { opening: Buffer.concat(opening), offset: fromOffset };
    const listener = new Listener(clientId, socket, this.#now(), this.#stream, begin, this.#departed);
    this.#listeners.set(clientId, listener);
    this.#apart.add(listener);
    own(socket, listener);
    socket.setNoDelay(true);
    socket.resume();
    listener.wire =
      this.#pass?.open(socket, listener) ?? new StreamWire(socket, this.#write, () => this.#catchUp(listener));
    this.#catchUp(listener);
    this.#arm();
    return true;
  }

  /**
   * Removes a listener. Its connection ends after the chunk that it is in the middle of, and is reset if that takes longer
   * than the stall time.
   *
   * @returns false when there is no such listener
   */
  removeClient(clientId: string): boolean {
    const listener = this.#listeners.get(clientId);
    return listener !== undefined && this.#remove(listener, 'removed');
  }

  /**
   * Sends a chunk (whole frames) to everybody. The bytes must not be changed afterwards: slow listeners share them.
   * Called from inside a callback during a broadcast, the chunk follows that one for everybody.
   *
   * @param atMs when the first of its frames was made, ms on the manager's clock: what waits is as old as that
   * @param joinable whether a listener may begin with it
   */
  broadcast(data: Buffer, atMs = this.#now(), joinable = true): void {
    if (this.#closed || data.length === 0) return;
    const beganMs = this.#now();
    this.recent.push(data, atMs, joinable);
    const apart = Array.from(this.#apart);
    const offset = this.recent.endOffset - data.length;
    const shorts = this.#pass?.sendAll(data) ?? [];
    for (const { owner, taken } of shorts) this.#fallOut(owner, offset, taken);
    // Only now may a callback see them: everybody's place is known.
    for (const { owner, taken } of shorts) if (taken instanceof Error) this.#fail(owner, taken);
    for (const listener of apart) this.#catchUp(listener);
    this.#passMs += FOLLOW * (this.#now() - beganMs - this.#passMs);
    this.#watch.goRound(this.#listeners);
    this.#arm();
  }

  /**
   * Ends every listener after the chunk that it is in the middle of, and refuses new ones. May be called again to shorten
   * the time.
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

  /** Every listener's state, asked anew, in the order of joining. */
  snapshot(): ListenerState[] {
    const nowMs = this.#now();
    return Array.from(this.#listeners.values(), (listener) => {
      listener.look(this.recent);
      return listener.state(this.recent, nowMs);
    });
  }

  /** Somebody in the pass did not take all of the chunk that begins at `offset`. */
  #fallOut(listener: Listener, offset: number, taken: number | Error): void {
    listener.inPass = false;
    listener.position = offset + (taken instanceof Error ? 0 : taken);
    listener.tookAtMs = this.#now();
    // Who is about to be removed must not be offered it again by a broadcast from within somebody else's removal.
    if (!(taken instanceof Error)) this.#apart.add(listener);
  }

  /** Gives a listener apart whatever it takes of what it lacks. Must not throw: every listener gets every chunk. */
  #catchUp(listener: Listener): void {
    if (listener.gone || listener.sending || listener.inPass) return;
    try {
      for (let next = listener.next(this.recent); next !== undefined; next = listener.next(this.recent)) {
        const taken = this.#send(listener, next.chunk, next.from);
        if (listener.gone) return;
        listener.position += taken;
        if (taken > 0) listener.tookAtMs = this.#now();
        if (next.from + taken < next.chunk.length) break;
      }
      if (listener.position === this.recent.endOffset) this.#letIntoPass(listener);
      else if (this.recent.endOffset - listener.position > this.#backlogLimitBytes) this.#giveUp(listener);
    } catch (error) {
      this.#fail(listener, error instanceof Error ? error : new Error(String(error)));
    }
  }

  #send(listener: Listener, chunk: Buffer, from: number): number {
    listener.sending = true;
    try {
      return listener.wire.send(chunk, from);
    } finally {
      listener.sending = false;
    }
  }

  /** A listener has everything. It joins the pass if its connection can. */
  #letIntoPass(listener: Listener): void {
    const port = listener.wire instanceof SendPort ? listener.wire : this.#pass?.open(listener.socket, listener);
    if (!port) return;
    if (port !== listener.wire) {
      listener.wire = port;
      listener.wireOffset = listener.position;
    }
    port.join();
    listener.inPass = true;
    this.#apart.delete(listener);
  }

  /** More waits for a listener than may. */
  #giveUp(listener: Listener): void {
    const frozen = this.#now() - listener.tookAtMs > this.#limits.stallMs;
    this.#remove(listener, frozen ? 'stalled' : 'too far behind');
  }

  #fail(listener: Listener, error: Error): void {
    // A broken pipe that we ourselves have closed is not the peer's doing.
    this.#remove(listener, listener.socket.writableEnded ? 'write error' : reasonOf(error), error);
  }

  /** Sets the timer for the time in which no chunk comes: somebody may still have to take the last ones. */
  #arm(): void {
    if (this.#listeners.size === 0) return;
    const dueAtMs = performance.now() + (this.#apart.size > 0 ? APART_MS : ROUND_MS);
    // While chunks come it is never due: moving it each time would cost more than to see then that there is nothing to do.
    if (this.#timer !== undefined && this.#dueAtMs <= dueAtMs) return;
    clearTimeout(this.#timer);
    this.#dueAtMs = dueAtMs;
    this.#timer = setTimeout(this.#tick, dueAtMs - performance.now()).unref();
  }

  readonly #tick = (): void => {
    this.#timer = undefined;
    for (const listener of this.#apart) this.#catchUp(listener);
    this.#watch.goRound(this.#listeners);
    this.#arm();
  };

  readonly #departed = (listener: Listener, reason: RemovalReason, error?: Error): void => {
    this.#remove(listener, reason, error);
  };

  /** The only way out. Returns false when the listener is out already. */
  #remove(listener: Listener, reason: RemovalReason, error?: Error, graceMs = this.#limits.stallMs): boolean {
    if (listener.gone) return false;
    listener.look(this.recent);
    const state = listener.state(this.recent, this.#now());
    listener.gone = true;
    this.#listeners.delete(listener.id);
    this.#apart.delete(listener);
    this.#watch.forget(listener);
    if (this.#listeners.size === 0) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
    listener.wire.close();
    // Otherwise it has closed already.
    if (isOwned(listener.socket))
      this.#farewells.dismiss(listener.socket, reason, listener.unfinished(this.recent), graceMs);
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
}
