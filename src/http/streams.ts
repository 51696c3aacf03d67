import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Format } from '../encoders/encoder.ts';
import type { Places, Refusal } from './places.ts';
import { answerRange, CLAIMED_BYTES } from './range.ts';
import { takeOver } from './take-over.ts';

/** One format as the streams offer it. */
export interface StreamSource {
  format: Format;
  /** Starts the encoder if need be and returns what a listener must get first. */
  join(): Buffer;
  /** Undoes a `join` that did not lead to a listener. */
  leave(): void;
  /** Gives the socket to the format's connections; false when it could not be taken. */
  addClient(socket: Socket, clientId: string): boolean;
}

/** What the streams need of the rest. */
export interface StreamOptions {
  stationName: string;
  /** The first is also reached as `/stream`. */
  sources: readonly StreamSource[];
  /** A listener takes a place here; whoever removes it frees that. */
  places: Places;
  /** A listener of this format was turned away because there was no place. */
  onRefused?(formatId: string): void;
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
};

/** Adds `/stream` and one address per format. */
export function addStreamRoutes(app: FastifyInstance, options: StreamOptions): void {
  options.sources.forEach((source, index) => {
    const paths = [`/stream.${source.format.id}`, ...(index === 0 ? ['/stream'] : [])];
    for (const url of paths) {
      app.route({
        method: ['GET', 'HEAD'],
        url,
        exposeHeadRoute: false,
        handler: (request, reply) => answer(request, reply, source, options),
      });
      app.options(url, (_request, reply) =>
        reply
          .code(204)
          .headers({ ...COMMON_HEADERS, 'Access-Control-Allow-Headers': '*', 'Access-Control-Max-Age': '86400' })
          .send(),
      );
    }
  });
}

function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  source: StreamSource,
  options: StreamOptions,
): FastifyReply {
  const { format } = source;
  const range = answerRange(request.headers.range, format.rangeProbe);
  const headers: Record<string, string | number> = {
    ...COMMON_HEADERS,
    'Content-Type': format.mimeType,
    'icy-name': latin1(options.stationName),
  };
  if (range.kind === 'part') headers['Content-Range'] = `bytes ${range.from}-${range.to}/${CLAIMED_BYTES}`;
  const status = range.kind === 'part' ? 206 : 200;
  if (request.method === 'HEAD') return reply.code(status).headers(headers).send();
  const clientId = randomUUID();
  const refusal = options.places.take(clientId, request.raw.socket.remoteAddress ?? '');
  if (refusal) {
    options.onRefused?.(format.id);
    return turnAway(reply, refusal, options.places);
  }
  const header = source.join();
  const giveUp = () => {
    source.leave();
    options.places.free(clientId);
  };
  if (range.kind === 'part' && range.to < header.length) {
    giveUp();
    return reply
      .code(206)
      .headers(headers)
      .send(header.subarray(0, range.to + 1));
  }
  const socket = takeOver(request.raw, reply.raw);
  if (!socket) {
    giveUp();
    return reply.code(409).send('Ask for the sound on a connection of its own.\n');
  }
  reply.hijack();
  // No chunking: players that speak HTTP/1.0 cannot read it, and the end of the stream is the end of the connection.
  socket.write(Buffer.concat([head(status, { ...headers, Connection: 'close' }), header]));
  if (!source.addClient(socket, clientId)) {
    giveUp();
    socket.destroy();
  }
  return reply;
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

/** Header values are latin1 (RFC 9110, 5.5); the configuration allows no control characters. */
function latin1(text: string): string {
  return text.replace(/[^\x20-\x7e\xa0-\xff]/gu, '?');
}
