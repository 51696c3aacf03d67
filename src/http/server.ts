import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Device } from '../capture/devices.ts';
import { addPageRoutes } from './page.ts';
import type { Health, Status } from './status.ts';
import { addStreamRoutes, type StreamOptions } from './streams.ts';

/** What the server needs of the rest of the box. */
export interface ServerOptions extends StreamOptions {
  status(): Status;
  health(): Health;
  listDevices(): Promise<Device[]>;
  /** Told of an error in a handler: a bug. */
  onError(error: Error): void;
}

/** Limits of one request; a real one is far below. */
const LIMITS = { headerBytes: 16 * 1024, headersMs: 10_000, requestMs: 15_000, keepAliveMs: 5_000 };

/** Builds the HTTP server with all its routes. It does not listen yet. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const app = Fastify({
    http: {
      maxHeaderSize: LIMITS.headerBytes,
      headersTimeout: LIMITS.headersMs,
      noDelay: true,
    },
    requestTimeout: LIMITS.requestMs,
    keepAliveTimeout: LIMITS.keepAliveMs,
    bodyLimit: 1024,
    exposeHeadRoutes: true,
    forceCloseConnections: true,
  });
  app.addHook('onSend', async (_request, reply) => {
    reply.header('X-Content-Type-Options', 'nosniff');
  });
  addStreamRoutes(app, options);
  addPageRoutes(app);
  app.get('/api/status', (_request, reply) => reply.header('Cache-Control', 'no-store').send(options.status()));
  app.get('/api/devices', async (_request, reply) =>
    reply.header('Cache-Control', 'no-store').send({ devices: await options.listDevices() }),
  );
  app.get('/healthz', (_request, reply) => {
    const health = options.health();
    return reply
      .code(health.ok ? 200 : 503)
      .header('Cache-Control', 'no-store')
      .send(health);
  });
  app.setNotFoundHandler((request, reply) => refuse(app, request, reply));
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) options.onError(error);
    return reply
      .code(status)
      .type('text/plain')
      .send(status >= 500 ? 'This is our mistake; it is in the log.\n' : `${error.message}\n`);
  });
  return app;
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
