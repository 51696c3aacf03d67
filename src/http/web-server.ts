import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server, ServerResponse } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Certificate } from './tls.ts';
import type { Visitors } from './visitors.ts';

/** Time and size limits of one connection. */
export interface RequestLimits {
  /** The longest head of a request, bytes; more is answered 431. */
  readonly headerBytes: number;
  /** From the connection, or the end of the last request, to the end of the next head, ms; longer is answered 408. */
  readonly headersMs: number;
  /** The same to the end of the request, ms. */
  readonly requestMs: number;
  /** How long a connection is kept for another request, ms. */
  readonly keepAliveMs: number;
  /** How often those times are looked at, ms: they end so much later at most. (Node's own default is 30 s.) */
  readonly checkMs: number;
}

/**
 * Connections that the kernel keeps until they are accepted. Node's default of 511 drops the rest of a burst, whose clients
 * then try again after a second or more. The kernel may allow less (`net.core.somaxconn`, 4096 by default).
 */
const ACCEPT_QUEUE = 4096;

/** Makes the server that hands requests to `listener`, within limits. It does not listen yet. */
export function createWebServer(listener: RequestListener, limits: RequestLimits, visitors: Visitors): Server {
  const server = createServer(nodeOptions(limits), admitted(listener, visitors));
  addUpgrades(server, admitted(listener, visitors));
  visitors.watch(server);
  return server;
}

/** Makes the same for TLS. */
export function createTlsWebServer(
  listener: RequestListener,
  limits: RequestLimits,
  visitors: Visitors,
  certificate: Certificate,
): HttpsServer {
  const options = { ...nodeOptions(limits), ...certificate, handshakeTimeout: limits.headersMs };
  const server = createHttpsServer(options, admitted(listener, visitors));
  addUpgrades(server, admitted(listener, visitors));
  visitors.watch(server);
  return server;
}

function nodeOptions(limits: RequestLimits) {
  return {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: limits.checkMs,
    noDelay: true,
    // Any other upgrade that a client offers is none of ours, and its request is answered as if it had not offered it.
    shouldUpgradeCallback: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket',
  };
}

/** Hands requests that open a WebSocket to `listener` like all others: routes, guards and refusals are the same for them. */
function addUpgrades(server: Server, listener: RequestListener): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Node watches this connection no more: its end ends the answer, and that is all there is to do.
    socket.on('error', () => {});
    // Who says more before it has an answer, or still waits for an earlier one, does not speak WebSocket.
    if (head.length > 0 || ('_httpMessage' in socket && socket._httpMessage)) {
      socket.destroy();
      return;
    }
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(request.socket);
    response.once('finish', () => socket.end());
    listener(request, response as Parameters<RequestListener>[1]);
  });
}

function admitted(listener: RequestListener, visitors: Visitors): RequestListener {
  return (request, response) => {
    if (visitors.admit(request, response)) listener(request, response);
  };
}

/**
 * Listens. Resolves when connections can come; rejects when the address cannot be had. Afterwards `onAcceptError` hears of each
 * connection that could not be accepted, which is for want of descriptors or memory: an event that ends the process when
 * nobody takes it.
 */
export async function listen(
  server: Server,
  { host, port }: { host: string; port: number },
  onAcceptError: (error: Error) => void,
): Promise<void> {
  // Without a host Node takes IPv6 and IPv4, or IPv4 alone where there is no IPv6.
  server.listen({ port, backlog: ACCEPT_QUEUE, ...(host ? { host } : {}) });
  await once(server, 'listening');
  server.on('error', onAcceptError);
}

/** Ends every connection and the listening; resolves when that is done. (Fastify leaves both to whoever made the server.) */
export async function closeWebServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
