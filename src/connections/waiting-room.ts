import type { Socket } from 'node:net';
import { disown, isAlive, isOwned, own, type SocketOwner } from './socket-owner.ts';

/** Somebody who cannot begin yet. */
interface Guest {
  readonly clientId: string;
  readonly begin: () => boolean;
}

/** Answers for the sockets of those who cannot begin yet, so that they may leave in every way meanwhile. */
export class WaitingRoom implements SocketOwner {
  readonly #guests = new Map<Socket, Guest>();
  readonly #onLost: (clientId: string) => void;

  /** @param onLost told of one who was taken, but has gone before it could begin */
  constructor(onLost: (clientId: string) => void) {
    this.#onLost = onLost;
  }

  /**
   * Takes a socket until it can begin.
   *
   * @param begin lets it begin: called by `letIn`, with the socket nobody's; false when it could not
   * @returns false, having touched nothing, when the socket is dead, half-closed or already somebody's
   */
  add(socket: Socket, clientId: string, begin: () => boolean): boolean {
    if (!isAlive(socket) || isOwned(socket)) return false;
    own(socket, this);
    this.#guests.set(socket, { clientId, begin });
    return true;
  }

  /** Lets everybody begin, in the order of coming. Returns how many there were. */
  letIn(): number {
    const guests = [...this.#guests];
    for (const [socket, { begin }] of guests) {
      // An earlier one's beginning may have ended it.
      if (!this.#guests.has(socket)) continue;
      disown(socket);
      if (begin()) this.#guests.delete(socket);
      else {
        // What made it fail may still be told as an error.
        own(socket, this);
        this.#lose(socket);
      }
    }
    return guests.length;
  }

  /** Ends everybody. */
  close(): void {
    for (const socket of this.#guests.keys()) this.#lose(socket);
  }

  socketEnded(socket: Socket): void {
    this.#lose(socket);
  }

  socketFailed(socket: Socket): void {
    this.#lose(socket);
  }

  socketClosed(socket: Socket): void {
    this.#lose(socket);
  }

  #lose(socket: Socket): void {
    const guest = this.#guests.get(socket);
    if (!this.#guests.delete(socket)) return;
    socket.destroy();
    if (guest) this.#onLost(guest.clientId);
  }
}
