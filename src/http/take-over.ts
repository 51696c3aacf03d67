import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket, type SocketConstructorOpts } from 'node:net';

/** A listener has nothing to say after its request: one that sends more than so many bytes is cut off. */
export const MAX_CHATTER_BYTES = 64 * 1024;

/** Why a listener that will not be quiet loses its connection. */
export class ChatterError extends Error {
  override readonly name = 'ChatterError';
  readonly code = 'ERR_CHATTER';

  constructor() {
    super(`sent more than ${MAX_CHATTER_BYTES / 1024} KB after its request`);
  }
}

/** What Node keeps behind a plain TCP socket; it has no public name, but child processes are handed sockets the same way. */
interface WithHandle {
  _handle: { readonly isStreamBase?: boolean } | null;
}

/** Takes what a client says after its request, at a pace that is no burden. */
export interface ChatterReader {
  /** So much a second is normal, on average. */
  readonly bytesPerSecond: number;
  take(bytes: Buffer): void;
}

/** The bytes that a taken socket may have read before it is cut off: those it had read when it was taken, and the chatter. */
const READ_LIMIT_BYTES = Symbol('readLimitBytes');
type Taken = Socket & { [READ_LIMIT_BYTES]: number };

/**
 * Takes the connection of a request away from Node's HTTP server, for a body that never ends, and returns a socket that knows
 * nothing of HTTP. A plain connection is moved to a fresh socket, and the one that HTTP knew is destroyed without it: parser,
 * request, response, timers and all that hangs on them are let go, which is most of what a listener would cost, and the server
 * counts it no longer. (A TLS connection cannot be moved: it stays the same socket, and keeps all that.)
 *
 * What the client sends afterwards goes to `reader` or is thrown away, so that it cannot start another answer in the middle of
 * the stream and its FIN is still seen. Time limits of HTTP no longer apply.
 *
 * Returns undefined, having touched nothing, when the connection is gone, was taken for an earlier request in the same packet,
 * or still owes an answer to an earlier request.
 */
export function takeOver(
  request: IncomingMessage,
  response: ServerResponse,
  reader?: ChatterReader,
): Socket | undefined {
  const { socket } = request;
  // A response gets its socket when those before it are finished.
  if (socket.destroyed || !socket.readable || READ_LIMIT_BYTES in socket || response.socket !== socket)
    return undefined;
  // As soon as somebody else listens for data, the parser lets go of the handle and hears of data through this event alone.
  socket.on('data', discard);
  socket.removeAllListeners('data');
  const fresh = (moveHandle(socket) ?? socket) as Taken;
  fresh[READ_LIMIT_BYTES] = fresh.bytesRead + MAX_CHATTER_BYTES;
  fresh.setTimeout(0);
  fresh.on('data', reader ? readingFor(fresh, reader) : discard);
  return fresh;
}

/** Moves the connection into a socket of its own and destroys the old one; undefined where that cannot be done. */
function moveHandle(socket: Socket): Socket | undefined {
  const from = socket as unknown as WithHandle;
  const handle = from._handle;
  if (Object.getPrototypeOf(socket) !== Socket.prototype || !handle) return undefined;
  from._handle = null;
  const options = { handle, allowHalfOpen: true, readable: true, writable: true };
  const fresh = new Socket(options as SocketConstructorOpts);
  socket.destroy();
  return fresh;
}

function discard(this: Socket): void {
  if (this.bytesRead > (this as Taken)[READ_LIMIT_BYTES]) this.destroy(new ChatterError());
}

function readingFor(socket: Taken, { bytesPerSecond, take }: ChatterReader): (bytes: Buffer) => void {
  const sinceMs = performance.now();
  const { [READ_LIMIT_BYTES]: limitBytes } = socket;
  return (bytes) => {
    const allowedBytes = limitBytes + (bytesPerSecond * (performance.now() - sinceMs)) / 1000;
    if (socket.bytesRead > allowedBytes) socket.destroy(new ChatterError());
    else take(bytes);
  };
}
