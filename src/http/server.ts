import type { Server } from 'node:http';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Device } from '../capture/devices.ts';
import { descriptorLimit, spareConnections } from './descriptors.ts';
import { addPageRoutes } from './page.ts';
import { sharedAnswer, sharedQuestion } from './shared-answer.ts';
import type { Health, Status } from './status.ts';
import { addStreamRoutes, type StreamOptions } from './streams.ts';
import { type VisitorCounts, type VisitorLimits, Visitors } from './visitors.ts';
import { closeWebServer, createWebServer, listen, type RequestLimits } from './web-server.ts';

/** Every bound of the server. */
export interface ServerLimits extends RequestLimits, Omit<VisitorLimits, 'keyOf'> {
  /** Snapshots of the box are so old at most, ms. */
  readonly snapshotMs: number;
}

/** What the server needs of the rest of the box. */
export interface ServerOptions extends StreamOptions {
  status(): Status;
  health(): Health;
  /** The page of figures for Prometheus. */
  metrics(): Promise<{ contentType: string; text: string }>;
  listDevices(): Promise<Device[]>;
  /** Told of an error in a handler: a bug. */
  onError(error: Error): void;
  /** Bounds other than the usual ones. */
  limits?: Partial<ServerLimits>;
}

/** The HTTP server, not listening yet. */
export interface HttpServer {
  /** Resolves when connections can come; rejects when the address cannot be had. See `listen`. */
  listen(address: { host: string; port: number }, onAcceptError: (error: Error) => void): Promise<void>;
  /** The address that it listens on. */
  address(): ReturnType<Server['address']>;
  /** Ends every connection that is no listener; resolves when that is done. */
  close(): Promise<void>;
  /** The connections that are not listeners. */
  visitors: { readonly now: number; readonly counts: VisitorCounts };
}

/** Bounds of requests; a real one is far below. */
const LIMITS: Omit<ServerLimits, 'connections' | 'connectionsPerAddress'> = {
  headerBytes: 16 * 1024,
  headersMs: 10_000,
  requestMs: 15_000,
  keepAliveMs: 5_000,
  answerMs: 30_000,
  checkMs: 1000,
  pipelined: 4,
  snapshotMs: 100,
};

/** Connections that are no listeners, beside those that may be about to become one. */
const SPARE_CONNECTIONS = { all: 1000, perAddress: 32 };

/** Builds the HTTP server with all its routes. It does not listen yet. */
export async function createServer(options: ServerOptions): Promise<HttpServer> {
  const { max, maxPerAddress, keyOf } = options.places.limits;
  const limits = {
    ...LIMITS,
    connections: spareConnections(max + SPARE_CONNECTIONS.all, max, descriptorLimit()),
    connectionsPerAddress: maxPerAddress + SPARE_CONNECTIONS.perAddress,
    ...options.limits,
    keyOf,
  };
  const visitors = new Visitors(limits);
  const app = Fastify({
    serverFactory: (listener) => createWebServer(listener, limits, visitors),
    bodyLimit: 1024,
    exposeHeadRoutes: true,
  });
  app.addHook('onSend', async (_request, reply) => {
    reply.header('X-Content-Type-Options', 'nosniff');
  });
  addStreamRoutes(app, options);
  addPageRoutes(app);
  addStateRoutes(app, options, limits.snapshotMs);
  app.setNotFoundHandler((request, reply) => refuse(app, request, reply));
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) options.onError(error);
    return reply
      .code(status)
      .type('text/plain')
      .send(status >= 500 ? 'This is our mistake; it is in the log.\n' : `${error.message}\n`);
  });
  await app.ready();
  return {
    visitors,
    listen: (address, onAcceptError) => listen(app.server, address, onAcceptError),
    address: () => app.server.address(),
    close: async () => {
      await app.close();
      await closeWebServer(app.server);
    },
  };
}

/** Adds what tells of the box. */
function addStateRoutes(app: FastifyInstance, options: ServerOptions, snapshotMs: number): void {
  const status = sharedAnswer(() => options.status(), snapshotMs);
  const listDevices = sharedQuestion(() => options.listDevices());
  const metrics = sharedQuestion(() => options.metrics());
  app.get('/api/status', (_request, reply) => fresh(reply).type('application/json; charset=utf-8').send(status()));
  app.get('/api/devices', async (_request, reply) => fresh(reply).send({ devices: await listDevices() }));
  app.get('/healthz', (_request, reply) => {
    const health = options.health();
    return fresh(reply.code(health.ok ? 200 : 503)).send(health);
  });
  app.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await metrics();
    return fresh(reply).type(contentType).send(text);
  });
}

function fresh(reply: FastifyReply): FastifyReply {
  return reply.header('Cache-Control', 'no-store');
}

/** 405 where the address exists but not for this method, else 404 with what there is. */
function refuse(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const [path = '/'] = request.url.split('?');
  reply.type('text/plain; charset=utf-8');
  if (app.hasRoute({ method: 'GET', url: path })) {
    return reply.code(405).header('Allow', 'GET, HEAD').send(`${request.method} is not possible here; use GET.\n`);
  }
  return reply.code(404).send('There is nothing here. The listen page is at /, the sound at /stream.\n');
}
