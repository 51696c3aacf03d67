import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

const taken = new WeakSet<Socket>();

/**
 * Takes the socket of a request away from Node's HTTP server, for a body that never ends. What the client sends afterwards is
 * read and thrown away, so that it cannot start another answer in the middle of the stream and its FIN is still seen. Time limits
 * of HTTP no longer apply. Returns undefined when it is gone, or was taken for an earlier request in the same packet.
 */
export function takeOver(request: IncomingMessage): Socket | undefined {
  const { socket } = request;
  if (socket.destroyed || taken.has(socket)) return undefined;
  taken.add(socket);
  // The parser hears of data through this event alone as soon as somebody else listens to it, too.
  socket.removeAllListeners('data');
  socket.on('data', discard);
  socket.setTimeout(0);
  return socket;
}

function discard(): void {}
