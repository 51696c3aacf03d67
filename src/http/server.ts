import type { RequestListener, Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Device } from '../capture/devices.ts';
import { addGuards, type Passwords } from './access.ts';
import { descriptorLimit, spareConnections } from './descriptors.ts';
import { addDeskRoutes, type DeskParts } from './desk.ts';
import { addFaultAnswers, answerBadAddress, answerNoRequest } from './faults.ts';
import { addIcecastStatusRoute, type IcecastStatusOptions } from './icecast-status.ts';
import { addLiveRoutes, type LiveSource } from './live.ts';
import { addMetadataRoutes } from './metadata.ts';
import { addPageRoutes } from './page.ts';
import { addPlaylistRoutes } from './playlists.ts';
import { pathOf } from './reached.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { addSettingsRoutes, type SettingsSource } from './settings.ts';
import { sharedAnswer, sharedQuestion } from './shared-answer.ts';
import type { Health, Status } from './status.ts';
import { addStreamRoutes, type StreamOptions } from './streams.ts';
import { type CertificateError, readCertificate, type TlsFiles, watchCertificate } from './tls.ts';
import { type VisitorCounts, type VisitorLimits, Visitors } from './visitors.ts';
import { closeWebServer, createTlsWebServer, createWebServer, listen, type RequestLimits } from './web-server.ts';

/** Every bound of the server. */
export interface ServerLimits extends RequestLimits, Omit<VisitorLimits, 'keyOf'> {
  /** Snapshots of the box are so old at most, ms. */
  readonly snapshotMs: number;
}

/** What the server needs of the rest of the box. */
export interface ServerOptions extends StreamOptions, Pick<IcecastStatusOptions, 'version' | 'pcm'> {
  passwords?: Passwords;
  /** The live feed of the page; undefined: there is none. */
  live?: LiveSource | undefined;
  /** Undefined: there is no TLS. */
  tls?: TlsOptions | undefined;
  /** What the desk may change; undefined: nothing. */
  settings?: SettingsSource | undefined;
  status(): Status;
  health(): Health;
  /** The page of figures for Prometheus. */
  metrics(): Promise<{ contentType: string; text: string }>;
  listDevices(): Promise<Device[]>;
  /** What the desk's view shows. */
  desk?: DeskParts;
  /** Told of an error in a handler: a bug. */
  onError(error: Error): void;
  /** Bounds other than the usual ones. */
  limits?: Partial<ServerLimits>;
}

/** The door for TLS, beside the plain one. */
export interface TlsOptions extends TlsFiles {
  port: number;
  /** Told of each renewal of the certificate (undefined), and of one that is no good (why). */
  onNews(problem?: CertificateError): void;
  /** How often it is looked for one, ms, if not as usual. */
  checkMs?: number;
}

/** The HTTP server, not listening yet. */
export interface HttpServer {
  /** Resolves when connections can come; rejects when the address cannot be had. See `listen`. */
  listen(address: { host: string; port: number }, onAcceptError: (error: Error) => void): Promise<void>;
  /** The address that it listens on. */
  address(): ReturnType<Server['address']>;
  /** That of TLS; null when there is none. */
  tlsAddress(): ReturnType<Server['address']>;
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

/** How often it is looked whether the certificate was renewed, ms. */
const CERTIFICATE_CHECK_MS = 60_000;

/** Builds the HTTP server with all its routes. It does not listen yet. Throws `CertificateError`. */
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
  let tlsServer: TlsServer | undefined;
  const app = Fastify({
    serverFactory: (listener) => {
      if (options.tls) tlsServer = createTlsDoor(listener, limits, visitors, options.tls);
      return createWebServer(listener, limits, visitors);
    },
    bodyLimit: 1024,
    exposeHeadRoutes: true,
    rewriteUrl: ({ url = '/' }) => pathOf(url),
    clientErrorHandler: answerNoRequest,
    frameworkErrors: answerBadAddress,
  });
  app.removeContentTypeParser('text/plain');
  addSecurityHeaders(app);
  addGuards(app, options.passwords ?? {}, keyOf);
  addStreamRoutes(app, { ...options, onTaken: (socket) => visitors.release(socket) });
  addPlaylistRoutes(app, options);
  addPageRoutes(app);
  if (options.live) addLiveRoutes(app, options.live, (socket) => visitors.release(socket));
  addStateRoutes(app, options, limits.snapshotMs);
  addMetadataRoutes(app, options.station);
  if (options.desk) addDeskRoutes(app, options.desk);
  addIcecastStatusRoute(app, options);
  if (options.settings) addSettingsRoutes(app, options.settings);
  addFaultAnswers(app, (error) => options.onError(error));
  await app.ready();
  return {
    visitors,
    async listen(address, onAcceptError) {
      await listen(app.server, address, onAcceptError);
      if (tlsServer && options.tls) await listen(tlsServer, { ...address, port: options.tls.port }, onAcceptError);
    },
    address: () => app.server.address(),
    tlsAddress: () => tlsServer?.address() ?? null,
    async close() {
      await app.close();
      await Promise.all([app.server, ...(tlsServer ? [tlsServer] : [])].map(closeWebServer));
    },
  };
}

/** The door for TLS; it takes a renewed certificate by itself. */
function createTlsDoor(
  listener: RequestListener,
  limits: RequestLimits,
  visitors: Visitors,
  { checkMs = CERTIFICATE_CHECK_MS, onNews, ...files }: TlsOptions,
): TlsServer {
  const server = createTlsWebServer(listener, limits, visitors, readCertificate(files));
  server.on('clientError', answerNoRequest);
  watchCertificate(server, files, checkMs, onNews);
  return server;
}

/** Adds what tells of the box. */
function addStateRoutes(app: FastifyInstance, options: ServerOptions, snapshotMs: number): void {
  const status = sharedAnswer(() => options.status(), snapshotMs);
  const listDevices = sharedQuestion(() => options.listDevices());
  const metrics = sharedQuestion(() => options.metrics());
  const open = { config: { access: 'open' } } as const;
  app.get('/api/status', open, (_request, reply) =>
    fresh(reply).type('application/json; charset=utf-8').send(status()),
  );
  app.get('/api/devices', open, async (_request, reply) => fresh(reply).send({ devices: await listDevices() }));
  app.get('/healthz', open, (_request, reply) => {
    const health = options.health();
    return fresh(reply.code(health.ok ? 200 : 503)).send(health);
  });
  app.get('/metrics', open, async (_request, reply) => {
    const { contentType, text } = await metrics();
    return fresh(reply).type(contentType).send(text);
  });
}

function fresh(reply: FastifyReply): FastifyReply {
  return reply.header('Cache-Control', 'no-store');
}
