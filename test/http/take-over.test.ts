import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import https from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test, { type ExecutionContext } from 'ava';
import { ChatterError, MAX_CHATTER_BYTES, takeOver } from '../../src/http/take-over.ts';
import { bodyOf, CHUNK, exchange, get, serve, until } from './serving.ts';

/** A server that takes every connection over; `taken` are what it got, with what became of them. */
async function taking(t: ExecutionContext, create: (listener: RequestListener) => http.Server) {
  const taken: { socket: Socket; request: WeakRef<IncomingMessage>; ended: boolean; error?: Error; closed: boolean }[] =
    [];
  const server = create((request: IncomingMessage, response: ServerResponse) => {
    const socket = takeOver(request, response);
    if (!socket) return;
    const one: (typeof taken)[number] = { socket, request: new WeakRef(request), ended: false, closed: false };
    taken.push(one);
    socket.on('end', () => {
      one.ended = true;
    });
    socket.on('error', (error) => {
      one.error = error;
    });
    socket.on('close', () => {
      one.closed = true;
    });
    socket.write('HTTP/1.1 200 OK\r\n\r\nhello');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const { socket } of taken) socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { server, taken, port: (server.address() as AddressInfo).port };
}

function certificate(t: ExecutionContext): { key: Buffer; cert: Buffer } {
  const directory = mkdtempSync(join(tmpdir(), 'boardfeed-tls-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const words = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-subj',
    '/CN=x',
  ];
  execFileSync('openssl', [...words, '-days', '1', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

for (const kind of ['plain', 'TLS'] as const) {
  test(`${kind}: the body arrives, FIN is seen, and what the client sends is thrown away until it is too much`, async (t) => {
    const pem = kind === 'TLS' ? certificate(t) : undefined;
    const { taken, port } = await taking(t, (listener) =>
      pem ? https.createServer(pem, listener) : http.createServer(listener),
    );
    const open = async () => {
      const client = pem
        ? tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
        : connect(port, '127.0.0.1');
      client.on('error', () => {});
      t.teardown(() => client.destroy());
      client.write(get('/') + get('/'));
      const [first] = (await once(client, 'data')) as [Buffer];
      t.true(first.toString().endsWith('hello'));
      return client;
    };
    const polite = await open();
    polite.write(Buffer.alloc(MAX_CHATTER_BYTES / 2, get('/')));
    taken[0]?.socket.write('more');
    t.is(`${(await once(polite, 'data'))[0]}`, 'more');
    t.is(taken.length, 1, 'no request after the first');
    polite.end();
    await until(() => taken[0]?.ended === true);
    t.true(taken[0]?.ended);
    t.is(taken[0]?.error, undefined);
    if (kind === 'plain') t.true(taken[0]?.socket.writable, 'what a FIN means is for the connections to say');

    const loud = await open();
    loud.write(Buffer.alloc(4 * MAX_CHATTER_BYTES, get('/')));
    await until(() => taken[1]?.closed === true);
    t.true(taken[1]?.error instanceof ChatterError);
    t.true((taken[1]?.socket.bytesRead ?? 0) < 3 * MAX_CHATTER_BYTES, 'it stops reading soon');
  });
}

test('HTTP lets everything go, and its time limits are over', async (t) => {
  const limits = { headersTimeout: 200, requestTimeout: 200, connectionsCheckingInterval: 50, keepAliveTimeout: 50 };
  const { server, taken, port } = await taking(t, (listener) => http.createServer(limits, listener));
  const client = connect(port, '127.0.0.1');
  t.teardown(() => client.destroy());
  client.write(get('/'));
  await once(client, 'data');
  t.is(await new Promise((resolve) => server.getConnections((_error, count) => resolve(count))), 0);
  server.closeAllConnections();
  await sleep(600);
  taken[0]?.socket.write('still here');
  t.is(`${(await once(client, 'data'))[0]}`, 'still here');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  await until(() => {
    collect();
    return taken[0]?.request.deref() === undefined;
  });
  t.is(taken[0]?.request.deref(), undefined, 'the request, and all that hangs on it, is collected');
});

test('a stream asked for behind an unanswered request is refused after that answer, which stays whole', async (t) => {
  const { told, port } = await serve(t);
  const answer = await exchange(port, get('/api/devices') + get('/stream'));
  const [, first = '', second = ''] = answer.split('HTTP/1.1 ');
  t.regex(first, /^200 [\s\S]*\r\n\r\n\{"devices":\[\]\}$/);
  t.regex(second, /^409 [\s\S]*connection of its own/);
  t.is(told.joined, told.left);
});

test('a connection that was used for requests before becomes a stream', async (t) => {
  const { port, visitors } = await serve(t);
  const socket = connect(port, '127.0.0.1');
  t.teardown(() => socket.destroy());
  let heard = '';
  socket.on('data', (part) => {
    heard += part.toString('latin1');
  });
  // So much that it would count as chatter if the requests counted.
  for (let index = 0; index < 12; index++) {
    const before = heard.length;
    socket.write(get('/healthz', `X: ${'y'.repeat(8000)}\r\n`));
    await until(() => heard.length > before);
  }
  heard = '';
  socket.write(get('/stream'));
  socket.write('x');
  await until(() => bodyOf(heard).length > 20 * CHUNK.length);
  t.true(bodyOf(heard).length > 20 * CHUNK.length);
  t.is(visitors.now, 0, 'a listener is no visitor any more');
});
