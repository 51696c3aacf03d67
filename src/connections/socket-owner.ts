import type { Socket } from 'node:net';

/** Whoever answers for a socket. Each call may come in any order and more than once, except `socketClosed`: it is the last. */
export interface SocketOwner {
  /** The peer sent FIN. */
  socketEnded(socket: Socket): void;
  /** Reading or writing failed; Node destroys the socket. */
  socketFailed(socket: Socket, error: NodeJS.ErrnoException): void;
  /** The socket is destroyed and its descriptor closed. */
  socketClosed(socket: Socket): void;
}

const owners = new WeakMap<Socket, SocketOwner>();

/** True while any manager answers for the socket. */
export function isOwned(socket: Socket): boolean {
  return owners.has(socket);
}

/**
 * Makes `owner` answer for the socket until it has closed, instead of whoever did before. The three event listeners are
 * the same functions for every socket, so that a listener costs no closures; they leave the socket when it has closed.
 * From here on an 'error' of this socket is never unhandled.
 */
export function own(socket: Socket, owner: SocketOwner): void {
  if (!owners.has(socket)) socket.on('end', onEnd).on('error', onError).on('close', onClose);
  owners.set(socket, owner);
}

/** Nobody answers for the socket any more: whoever calls this has an owner for it before anything else happens. */
export function disown(socket: Socket): void {
  owners.delete(socket);
  socket.off('end', onEnd).off('error', onError).off('close', onClose);
}

function onEnd(this: Socket): void {
  owners.get(this)?.socketEnded(this);
}

function onError(this: Socket, error: Error): void {
  owners.get(this)?.socketFailed(this, error);
}

function onClose(this: Socket): void {
  const owner = owners.get(this);
  disown(this);
  owner?.socketClosed(this);
}

/** A socket that is ending in either direction has nobody behind it who will hear the stream. */
export function isAlive(socket: Socket): boolean {
  return !socket.destroyed && socket.writable && socket.readable && !socket.errored;
}
