import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { isLoopback } from './address-key.ts';

/** Bounds for the connections that are not listeners. */
export interface VisitorLimits {
  /** All together. */
  readonly connections: number;
  /** From one address. Loopback addresses are exempt. */
  readonly connectionsPerAddress: number;
  /** How long a client may take over its answer, from the end of its request on, ms. */
  readonly answerMs: number;
  /** How often that is looked at, ms. */
  readonly checkMs: number;
  /** Requests that one connection may have sent ahead of their answers. */
  readonly pipelined: number;
  /** What an address counts as. */
  readonly keyOf: (address: string) => string;
}

/** How visitors were dealt with since the start. */
export interface VisitorCounts {
  /** New connections that were closed at once, because all others were in the middle of an answer. */
  turnedAway: number;
  /** Idle connections that had to make place for a newer one. */
  pushedOut: number;
  /** Connections that took too long over an answer. */
  tooSlow: number;
  /** Connections that sent too many requests ahead. */
  tooHasty: number;
}

interface Visitor {
  readonly socket: Socket;
  readonly key: string;
  /** Requests whose answers it has not taken completely. */
  unanswered: number;
  /** Since when there is at least one, ms of performance.now(). */
  sinceMs: number;
}

/**
 * Keeps the connections that are not (or not yet) listeners within bounds, so that whatever they do costs a bounded number
 * of descriptors and a bounded amount of memory for a bounded time. When there are too many, the one that has been there
 * longest without a request makes place for the new one: whoever asks at once is served, whoever only holds a connection is
 * not, so that nobody can lock others out by holding all of them.
 *
 * A listener is not among them: `takeOver` destroys the socket that the HTTP server knew, or `release` is called.
 */
export class Visitors {
  readonly counts: VisitorCounts = { turnedAway: 0, pushedOut: 0, tooSlow: 0, tooHasty: 0 };
  readonly #limits: VisitorLimits;
  /** In the order of their coming. */
  readonly #all = new Map<Socket, Visitor>();
  readonly #perAddress = new Map<string, Set<Visitor>>();

  constructor(limits: VisitorLimits) {
    this.#limits = limits;
  }

  /** Connections at the moment. */
  get now(): number {
    return this.#all.size;
  }

  /** Begins to watch a server's connections. Ends with the server. */
  watch(server: Server): void {
    server.on('connection', (socket: Socket) => this.#come(socket));
    const timer = setInterval(() => this.#sweep(), this.#limits.checkMs).unref();
    server.once('close', () => clearInterval(timer));
  }

  /** Whether a request may be answered. It is false for those behind which the connection has just been closed. */
  admit(request: IncomingMessage, response: ServerResponse): boolean {
    const { socket } = request;
    const visitor = this.#all.get(bareSocket(socket));
    if (!visitor || socket.destroyed) return false;
    if (visitor.unanswered++ === 0) visitor.sinceMs = performance.now();
    if (visitor.unanswered > this.#limits.pipelined) {
      this.counts.tooHasty++;
      socket.destroy();
      return false;
    }
    response.once('close', () => {
      visitor.unanswered--;
      visitor.sinceMs = performance.now();
    });
    return true;
  }

  /** A connection is somebody else's from now on. Harmless for one that is unknown. */
  release(socket: Socket): void {
    const visitor = this.#all.get(bareSocket(socket));
    if (visitor) this.#forget(visitor);
  }

  #come(socket: Socket): void {
    const visitor = { socket, key: this.#limits.keyOf(socket.remoteAddress ?? ''), unanswered: 0, sinceMs: 0 };
    const neighbours = this.#perAddress.get(visitor.key) ?? new Set();
    const { connections, connectionsPerAddress } = this.#limits;
    const room =
      (isLoopback(visitor.key) || neighbours.size < connectionsPerAddress || this.#pushOut(neighbours)) &&
      (this.#all.size < connections || this.#pushOut(this.#all.values()));
    if (!room) {
      this.counts.turnedAway++;
      socket.destroy();
      return;
    }
    this.#all.set(socket, visitor);
    this.#perAddress.set(visitor.key, neighbours.add(visitor));
    socket.once('close', () => this.#forget(visitor));
  }

  /** Closes the oldest that waits for no answer. Returns false when there is none. */
  #pushOut(among: Iterable<Visitor>): boolean {
    for (const visitor of among) {
      if (visitor.unanswered > 0) continue;
      this.counts.pushedOut++;
      visitor.socket.destroy();
      this.#forget(visitor);
      return true;
    }
    return false;
  }

  #forget(visitor: Visitor): void {
    if (!this.#all.delete(visitor.socket)) return;
    const neighbours = this.#perAddress.get(visitor.key);
    neighbours?.delete(visitor);
    if (neighbours?.size === 0) this.#perAddress.delete(visitor.key);
  }

  #sweep(): void {
    const latestMs = performance.now() - this.#limits.answerMs;
    for (const { socket, unanswered, sinceMs } of this.#all.values()) {
      if (unanswered === 0 || sinceMs > latestMs) continue;
      this.counts.tooSlow++;
      socket.destroy();
    }
  }
}

/** What Node keeps in a TLS socket that a server made; it has no public name. */
interface WithParent extends TLSSocket {
  readonly _parent?: Socket;
}

/** The TCP connection below a TLS socket, which is what was counted when it came; other sockets are that themselves. */
function bareSocket(socket: Socket): Socket {
  return (socket as Partial<WithParent>)._parent ?? socket;
}
