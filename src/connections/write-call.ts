import type { Socket } from 'node:net';
import type { Wire } from './wire.ts';

/**
 * Offers `data` to a socket that holds nothing, without waiting, and returns how many bytes of it the kernel took at once.
 * The rest it either leaves in the socket (as `socket.write` does: `writableLength` is then the rest) or leaves alone
 * (as `send()` on the descriptor does: `writableLength` is then 0). It must not do half of each.
 */
export type WriteCall = (socket: Socket, data: Buffer) => number;

/** The write call of plain Node. What the kernel does not take at once counts as not taken as a whole: Node does not say more. */
export function socketWrite(socket: Socket, data: Buffer): number {
  socket.write(data);
  return data.length - socket.writableLength;
}

/** A write call that did not keep its promise. The stream of that socket may be torn, so the socket cannot be used any more. */
export class WriteCallError extends Error {
  override readonly name = 'WriteCallError';
}

/** `taken` when it can be a number of bytes taken out of `ofBytes`, or else the error. */
export function checkedCount(taken: unknown, ofBytes: number): number | WriteCallError {
  if (typeof taken === 'number' && Number.isInteger(taken) && taken >= 0 && taken <= ofBytes) return taken;
  return new WriteCallError(`the write call took ${String(taken)} of ${ofBytes} bytes`);
}

const NOTHING = Buffer.alloc(0);

/**
 * The way through Node's stream: for sockets that are not plain TCP, for other write calls, and for what a socket holds already.
 * One chunk at a time, so that each one taken is seen as progress: Node would join everything that it is given into one
 * long write that says nothing until its end.
 */
export class StreamWire implements Wire {
  readonly #socket: Socket;
  readonly #write: WriteCall;
  readonly #onRoom: () => void;

  /** @param onRoom called when the kernel has taken everything that the socket held */
  constructor(socket: Socket, write: WriteCall, onRoom: () => void) {
    this.#socket = socket;
    this.#write = write;
    this.#onRoom = onRoom;
    if (socket.writableLength > 0) this.#awaitRoom();
  }

  get heldBytes(): number {
    return this.#socket.writableLength;
  }

  /** What the kernel does not take of a chunk stays in the socket: all of it counts as taken, and `heldBytes` says how much lies. */
  send(chunk: Buffer, from: number): number {
    const socket = this.#socket;
    // Destroyed, but its 'close' is still on its way: the descriptor may be somebody else's already.
    if (socket.destroyed || socket.writableLength > 0) return 0;
    const data = from === 0 ? chunk : chunk.subarray(from);
    const taken = checkedCount(this.#write(socket, data), data.length);
    if (taken instanceof Error) throw taken;
    const restBytes = data.length - taken;
    if (socket.writableLength !== restBytes) {
      if (socket.writableLength !== 0) {
        throw new WriteCallError(`the write call left ${socket.writableLength} bytes waiting, not ${restBytes}`);
      }
      socket.write(data.subarray(taken));
    }
    if (socket.writableLength > 0) this.#awaitRoom();
    return data.length;
  }

  truth(): undefined {
    return undefined;
  }

  close(): void {
    // Nothing of it outlives the socket.
  }

  /**
   * Costs a write of no bytes: a callback on the write itself would cost every write of every listener a turn through
   * Node's callback queue, and 'drain' comes only above the high-water mark.
   */
  #awaitRoom(): void {
    this.#socket.write(NOTHING, this.#roomMade);
  }

  readonly #roomMade = (error?: Error | null): void => {
    // An error ends the socket as well, and its events end the listener.
    if (!error) this.#onRoom();
  };
}
