import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Format } from '../encoders/encoder.ts';
import { FORMAT_IDS } from '../encoders/formats.ts';
import type { Station } from '../station.ts';
import { dlnaHeaders } from './dlna.ts';
import { answerNothing } from './faults.ts';
import type { Places, Refusal } from './places.ts';
import { answerRange, CLAIMED_BYTES } from './range.ts';
import { takeOver } from './take-over.ts';

/** One format as the streams offer it. */
export interface StreamSource {
  format: Format;
  /** Starts the encoder if need be, with so much of the recent sound. */
  join(burstMs: number): void;
  /** Undoes a `join` that did not lead to a listener. */
  leave(): void;
  /** What a listener gets before the sound, after `join`. */
  header(): Buffer;
  /** Gives the socket to the format's connections; false when it could not be taken. */
  addClient(socket: Socket, clientId: string, wish: JoinWish): boolean;
  /** How many listen, and the most that ever did at the same time. */
  audience(): { now: number; peak: number };
}

/** What a listener asks for. */
export interface JoinWish {
  /** How much of the recent sound to begin with, so that its player starts at once, ms. */
  readonly burstMs: number;
  /** Whether titles are to be put into the stream (ICY). Only where the format has `icyMetaBytes`. */
  readonly titles: boolean;
}

/** What the streams need of the rest. */
export interface StreamOptions {
  station: Station;
  /** How much of the recent sound a listener gets that does not say at present, ms. */
  burstMs(): number;
  /** The most that it may ask for, ms. */
  maxBurstMs: number;
  /** What is offered at present. The first is also reached as `/stream`. */
  sources(): readonly StreamSource[];
  /** A listener takes a place here; whoever removes it frees that. */
  places: Places;
  /** A listener of this format was turned away because there was no place. */
  onRefused?(formatId: string): void;
  /** A connection is HTTP's no longer. */
  onTaken?(socket: Socket): void;
}

/** After so many seconds a full box may be asked again. */
const RETRY_AFTER_S = 10;

/** Answers that every stream gives alike: no cache may keep it, and any page may play it. */
const COMMON_HEADERS = {
  'Cache-Control': 'no-cache, no-store',
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': '*',
  'Accept-Ranges': 'none',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

/** Adds `/stream` and one address per format. Where a format is not offered there is nothing. */
export function addStreamRoutes(app: FastifyInstance, options: StreamOptions): void {
  for (const formatId of [undefined, ...FORMAT_IDS]) {
    const url = formatId === undefined ? '/stream' : `/stream.${formatId}`;
    app.route({
      method: ['GET', 'HEAD'],
      url,
      exposeHeadRoute: false,
      handler: (request, reply) => {
        const source = sourceOf(options.sources(), formatId);
        return source ? answer(request, reply, source, options) : answerNothing(reply);
      },
    });
    app.options(url, (_request, reply) => {
      if (!sourceOf(options.sources(), formatId)) return answerNothing(reply);
      return reply
        .code(204)
        .headers({ ...COMMON_HEADERS, 'Access-Control-Allow-Headers': '*', 'Access-Control-Max-Age': '86400' })
        .send();
    });
  }
}

/** The source of a format, or the first. */
export function sourceOf(sources: readonly StreamSource[], formatId: string | undefined): StreamSource | undefined {
  return formatId === undefined ? sources[0] : sources.find(({ format }) => format.id === formatId);
}

/**
 * What the format is called. An Icecast that relays it (seen: 2.4.4) takes a type with parameters for one that it does not know, and
 * then gives those who come later no header.
 */
function contentType({ mimeType }: Format, userAgent = ''): string {
  return userAgent.startsWith('Icecast') ? (mimeType.split(';')[0] ?? mimeType) : mimeType;
}

function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  source: StreamSource,
  options: StreamOptions,
): FastifyReply {
  const { format } = source;
  const burstMs = wantedBurstMs(request, options);
  if (burstMs === undefined)
    return reply.code(400).type('text/plain').send('burst: expected a whole number of ms, such as ?burst=0\n');
  const titles = format.icyMetaBytes !== undefined && request.headers['icy-metadata'] === '1';
  const range = answerRange(request.headers.range, format.rangeProbe);
  const headers = {
    ...COMMON_HEADERS,
    'Content-Type': contentType(format, request.headers['user-agent']),
    ...icyHeaders(format, options.station),
    ...(titles && { 'icy-metaint': format.icyMetaBytes }),
    ...dlnaHeaders(request.headers, format),
  } as Record<string, string | number>;
  if (range.kind === 'part') headers['Content-Range'] = `bytes ${range.from}-${range.to}/${CLAIMED_BYTES}`;
  else if (format.lengthWantedBy?.test(request.headers['user-agent'] ?? '')) headers['Content-Length'] = CLAIMED_BYTES;
  const status = range.kind === 'part' ? 206 : 200;
  if (request.method === 'HEAD') return reply.code(status).headers(headers).send();
  const clientId = randomUUID();
  const refusal = options.places.take(clientId, request.raw.socket.remoteAddress ?? '');
  if (refusal) {
    options.onRefused?.(format.id);
    return turnAway(reply, refusal, options.places);
  }
  source.join(burstMs);
  const giveUp = () => {
    source.leave();
    options.places.free(clientId);
  };
  if (range.kind === 'part') {
    const header = source.header();
    if (range.to < header.length) {
      giveUp();
      return reply
        .code(206)
        .headers(headers)
        .send(header.subarray(0, range.to + 1));
    }
  }
  const socket = takeOver(request.raw, reply.raw);
  if (!socket) {
    giveUp();
    return reply.code(409).send('Ask for the sound on a connection of its own.\n');
  }
  options.onTaken?.(socket);
  reply.hijack();
  // No chunking: players that speak HTTP/1.0 cannot read it, and the end of the stream is the end of the connection.
  socket.write(head(status, { ...headers, Connection: 'close' }));
  if (!source.addClient(socket, clientId, { burstMs, titles })) {
    giveUp();
    socket.destroy();
  }
  return reply;
}

/** What `?burst=` asks for, ms; undefined when that is no number. */
function wantedBurstMs({ query }: FastifyRequest, { burstMs, maxBurstMs }: StreamOptions): number | undefined {
  const { burst } = query as { burst?: unknown };
  if (burst === undefined) return Math.min(burstMs(), maxBurstMs);
  if (typeof burst !== 'string' || !/^\d{1,9}$/.test(burst)) return undefined;
  return Math.min(Number(burst), maxBurstMs);
}

/** What players show of the feed; the names are SHOUTcast's and Icecast's. */
function icyHeaders({ bitrateKbps }: Format, { tags }: Station): Record<string, string | number> {
  return {
    'icy-name': headerText(tags.name),
    ...(bitrateKbps !== undefined && { 'icy-br': bitrateKbps }),
    ...(tags.genre && { 'icy-genre': headerText(tags.genre) }),
    ...(tags.url && { 'icy-url': headerText(tags.url) }),
  };
}

function turnAway(reply: FastifyReply, refusal: Refusal, { limits }: Places): FastifyReply {
  const why =
    refusal === 'full'
      ? `All ${limits.max} places are taken (listeners.max).`
      : `Your address has all the ${limits.maxPerAddress} places that one address may have (listeners.max_per_address).`;
  return reply
    .code(503)
    .headers({ 'Retry-After': RETRY_AFTER_S, 'Access-Control-Allow-Origin': '*', Connection: 'close' })
    .type('text/plain; charset=utf-8')
    .send(`${why} Try again in a moment.\n`);
}

function head(status: 200 | 206, headers: Record<string, string | number>): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const phrase = status === 200 ? 'OK' : 'Partial Content';
  return Buffer.from(
    `HTTP/1.1 ${status} ${phrase}\r\nDate: ${new Date().toUTCString()}\r\n${lines.join('')}\r\n`,
    'latin1',
  );
}

/**
 * Text for a header, which is latin1 to Node: the bytes of its UTF-8, as Icecast sends it and players read it. (VLC drops a
 * name that is no UTF-8, the others show it as it is.) The configuration allows no control characters.
 */
function headerText(text: string): string {
  return Buffer.from(text).toString('latin1');
}
