import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { SECURITY_HEADERS } from './security-headers.ts';

/** What is wrong with a request, by status. Nothing of the request is repeated. */
const FAULTS: Record<number, string> = {
  400: 'This request cannot be understood.',
  408: 'The request took too long.',
  413: 'The request is too long.',
  415: 'The body of the request must be JSON (Content-Type: application/json).',
  431: 'The head of the request is too long.',
};

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'];

/** What is wrong with a request that got this status, in words. */
export function faultOf(status: number): string {
  return FAULTS[status] ?? (FAULTS[400] as string);
}

/** Adds answers to requests that nothing else answers. */
export function addFaultAnswers(app: FastifyInstance, onError: (error: Error) => void): void {
  app.setNotFoundHandler((request, reply) => refuse(app, request, reply));
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    reply.type('text/plain; charset=utf-8');
    if (status < 500) return reply.code(status).send(`${faultOf(status)}\n`);
    onError(error);
    return reply.code(500).send('This is our mistake; it is in the log.\n');
  });
}

/** Answers an address that cannot even be read; the framework's own answer would repeat it. */
export function answerBadAddress(_error: Error, _request: FastifyRequest, reply: FastifyReply): void {
  reply.code(400).headers(SECURITY_HEADERS).type('text/plain; charset=utf-8').send(`${FAULTS[400]}\n`);
}

/** 405 where the address exists but not for this method, else 404 with what there is. */
function refuse(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const [url = '/'] = request.url.split('?');
  reply.type('text/plain; charset=utf-8');
  const allowed = METHODS.filter((method) => app.hasRoute({ method, url }));
  if (allowed.length === 0) return answerNothing(reply);
  return reply
    .code(405)
    .header('Allow', allowed.join(', '))
    .send(`Only ${allowed.join(', ')} is possible here.\n`);
}

/** Answers that there is nothing at an address. */
export function answerNothing(reply: FastifyReply): FastifyReply {
  return reply
    .code(404)
    .type('text/plain; charset=utf-8')
    .send('There is nothing here. The listen page is at /, the sound at /stream.\n');
}

/** Answers what is not even a request, and closes the connection. */
export function answerNoRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
  const body = `${FAULTS[status]}\n`;
  const headers = {
    ...SECURITY_HEADERS,
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  socket.destroy(error);
}
