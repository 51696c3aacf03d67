import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { LiveSound } from '../live/message.ts';
import { closeFrame, handshakeAnswer, handshakeKey } from '../live/web-socket.ts';
import { monotonicMs } from '../pcm.ts';
import { deny } from './access.ts';
import { hostOf, originAsReached } from './reached.ts';
import type { ChatterReader } from './take-over.ts';
import { takeOver } from './take-over.ts';

/** Where the pages are, as far as the address `/live` needs to know. */
export interface LiveSource {
  /** Finds a place for a page; returns its id, or why there is none in words for people. */
  admit(clientId: string, sound: LiveSound, address: string): string | undefined;
  /** Undoes an `admit` that did not lead to a page. */
  leave(clientId: string): void;
  /** What takes the bytes of the page. */
  reader(clientId: string): ChatterReader;
  /** Gives the socket, whose handshake is done, to the live feed; false when it could not be taken. */
  addClient(socket: Socket, clientId: string): boolean;
}

const SOUNDS: readonly LiveSound[] = ['opus', 'pcm', 'none'];
/** "Try Again Later", see the registry of RFC 6455's close codes. */
const TRY_AGAIN_LATER = 1013;

/** Adds `/live`, and `/api/clock`, by which a page finds out how far behind it is. */
export function addLiveRoutes(app: FastifyInstance, source: LiveSource, onTaken: (socket: Socket) => void): void {
  app.get('/live', { exposeHeadRoute: false, config: { livePass: 'taken' } }, (request, reply) =>
    open(request, reply, source, onTaken),
  );
  app.get('/api/clock', (_request, reply) => reply.header('Cache-Control', 'no-store').send({ ms: monotonicMs() }));
}

function open(
  request: FastifyRequest,
  reply: FastifyReply,
  source: LiveSource,
  onTaken: (socket: Socket) => void,
): FastifyReply {
  const { sound = 'opus' } = request.query as { sound?: unknown };
  if (!isSound(sound))
    return reply
      .code(400)
      .type('text/plain')
      .send(`sound: expected ${SOUNDS.join(', ')}\n`);
  const key = handshakeKey(request.headers);
  if (key === undefined) {
    const headers = { Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' };
    return reply.code(426).headers(headers).type('text/plain').send('This address is for WebSockets (RFC 6455).\n');
  }
  // Any page may open a WebSocket to anywhere, with the passwords that the browser knows.
  const { origin } = request.headers;
  if (origin !== undefined && hostOf(origin) !== hostOf(originAsReached(request)))
    return deny(reply, { status: 403, headers: {}, text: 'This is not given to the page of another site.' });
  const clientId = randomUUID();
  const refusal = source.admit(clientId, sound, request.raw.socket.remoteAddress ?? '');
  const socket = takeOver(request.raw, reply.raw, refusal === undefined ? source.reader(clientId) : undefined);
  if (!socket) {
    source.leave(clientId);
    return reply.code(409).send('Open a connection of its own.\n');
  }
  onTaken(socket);
  reply.hijack();
  socket.on('error', () => {}); // Until somebody owns it: its end is all that matters.
  socket.write(handshakeAnswer(key));
  // A browser shows a page nothing of a refused handshake, so it is let in to be told.
  if (refusal !== undefined) socket.end(closeFrame(TRY_AGAIN_LATER, refusal));
  else if (!source.addClient(socket, clientId)) {
    source.leave(clientId);
    socket.destroy();
  }
  return reply;
}

function isSound(value: unknown): value is LiveSound {
  return SOUNDS.some((sound) => sound === value);
}
