import type { Socket } from 'node:net';
import type { RemovalReason } from './listener.ts';
import { own, type SocketOwner } from './socket-owner.ts';

interface Grace {
  /** When it is over, ms of performance.now(). */
  readonly endsAtMs: number;
  readonly timer: NodeJS.Timeout;
}

/** Answers for the sockets of removed listeners until they have closed, so that nothing of them outlives its grace. */
export class Farewells implements SocketOwner {
  /** Those that have not closed, and until when they may take; undefined when they are destroyed already. */
  readonly #leaving = new Map<Socket, Grace | undefined>();
  #whenAllLeft: Array<() => void> = [];

  /**
   * Ends a removed listener's connection in the way that the reason asks for.
   *
   * @param rest what is left of the chunk that it is in the middle of
   * @param graceMs how long it may take over that, ms
   */
  dismiss(socket: Socket, reason: RemovalReason, rest: Buffer | undefined, graceMs: number): void {
    if (reason === 'stalled' || reason === 'half-open' || reason === 'too far behind') {
      // A frozen listener's kernel buffers go with it, which only a reset does.
      this.reset(socket);
    } else if (reason === 'write error' || reason === 'reset') {
      this.destroy(socket);
    } else {
      if (rest && socket.writable) socket.write(rest);
      this.end(socket, graceMs);
    }
  }

  /**
   * Ends a connection after what its socket already holds, which ends with a whole chunk; the kernel delivers the rest.
   * After `graceMs` it is reset if the peer has not even taken that.
   */
  end(socket: Socket, graceMs: number): void {
    this.#keep(socket);
    if (socket.destroyed) return;
    // Ends, and destroys when that is done: a peer that never closes its half must not keep the descriptor.
    socket.destroySoon();
    this.#destroyAfter(socket, graceMs);
  }

  /** Destroys a socket at once. What the kernel holds may still be delivered. */
  destroy(socket: Socket): void {
    this.#keep(socket);
    socket.destroy();
  }

  /** Destroys a socket at once and makes the kernel drop what it holds, where the socket can do that. */
  reset(socket: Socket): void {
    this.#keep(socket);
    resetOrDestroy(socket);
  }

  /** Shortens every grace to at most `graceMs` from now. */
  hurry(graceMs: number): void {
    const endsAtMs = performance.now() + graceMs;
    for (const [socket, grace] of this.#leaving) {
      if (grace !== undefined && grace.endsAtMs > endsAtMs) this.#destroyAfter(socket, graceMs);
    }
  }

  /** Resolves when no socket is left. */
  allLeft(): Promise<void> {
    if (this.#leaving.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenAllLeft.push(resolve));
  }

  socketEnded(): void {
    // It is being ended anyway.
  }

  socketFailed(): void {
    // Node destroys it; nobody is waiting to hear why.
  }

  socketClosed(socket: Socket): void {
    clearTimeout(this.#leaving.get(socket)?.timer);
    this.#leaving.delete(socket);
    if (this.#leaving.size > 0) return;
    const resolvers = this.#whenAllLeft;
    this.#whenAllLeft = [];
    for (const resolve of resolvers) resolve();
  }

  #keep(socket: Socket): void {
    own(socket, this);
    clearTimeout(this.#leaving.get(socket)?.timer);
    this.#leaving.set(socket, undefined);
  }

  #destroyAfter(socket: Socket, graceMs: number): void {
    clearTimeout(this.#leaving.get(socket)?.timer);
    const timer = setTimeout(resetOrDestroy, graceMs, socket);
    this.#leaving.set(socket, { endsAtMs: performance.now() + graceMs, timer });
  }
}

function resetOrDestroy(socket: Socket): void {
  // While a FIN is on its way to the kernel a reset fails and leaves the descriptor open for good (libuv: EINVAL).
  const finUnderWay = socket.writableEnded && socket.writableLength === 0;
  try {
    if (finUnderWay) socket.destroy();
    else socket.resetAndDestroy();
  } catch {
    socket.destroy(); // Only plain TCP can be reset; TLS and pipes throw.
  }
}
