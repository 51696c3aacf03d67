import type { Socket } from 'node:net';

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

/**
 * Offers `data` through `write`, checks its answer and sees to it that the socket holds the rest.
 *
 * @returns bytes that now wait in the socket; 0 when the kernel has everything
 * @throws what `write` throws, or a WriteCallError when its answer cannot be true
 */
export function offer(write: WriteCall, socket: Socket, data: Buffer): number {
  // Destroyed, but its 'close' is still on its way: the descriptor may be somebody else's already.
  if (socket.destroyed) return 0;
  const taken: unknown = write(socket, data);
  if (typeof taken !== 'number' || !Number.isInteger(taken) || taken < 0 || taken > data.length) {
    throw new WriteCallError(`the write call took ${String(taken)} of ${data.length} bytes`);
  }
  const restBytes = data.length - taken;
  if (socket.writableLength === restBytes) return restBytes;
  if (socket.writableLength !== 0) {
    throw new WriteCallError(`the write call left ${socket.writableLength} bytes waiting, not ${restBytes}`);
  }
  socket.write(data.subarray(taken));
  return socket.writableLength;
}

const NOTHING = Buffer.alloc(0);

/**
 * Calls `taken` once when the kernel has taken everything that waits in the socket, or with the error that prevents it.
 * Costs a write of no bytes: a callback on the write itself would cost every write of every listener a turn through
 * Node's callback queue, and 'drain' comes only above the high-water mark.
 */
export function whenTaken(socket: Socket, taken: (error?: Error | null) => void): void {
  socket.write(NOTHING, taken);
}
