import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { bodyOf, CHUNK, exchange, get, HEADER, headOf, serve, until } from './serving.ts';

for (const version of ['1.0', '1.1']) {
  test(`HTTP/${version}: header first, then chunks, without chunked coding, until the connection ends`, async (t) => {
    const { port } = await serve(t);
    const answer = await exchange(port, get('/stream', '', version));
    t.regex(headOf(answer), /^HTTP\/1\.1 200 OK\r\n/);
    t.regex(headOf(answer), /\r\nConnection: close\r\n/);
    t.regex(headOf(answer), /\r\nContent-Type: audio\/wav\r\n/);
    t.regex(headOf(answer), /\r\nAccess-Control-Allow-Origin: \*\r\n/);
    t.true(Buffer.from(headOf(answer), 'latin1').includes('\r\nicy-name: Kirche St. Ägidius 日\r\n'), 'in UTF-8');
    t.notRegex(headOf(answer), /Transfer-Encoding|Content-Length/i);
    const body = Buffer.from(bodyOf(answer), 'latin1');
    t.deepEqual(body.subarray(0, 44), HEADER);
    t.true(body.length > 44 + CHUNK.length);
    t.is((body.length - 44) % CHUNK.length, 0, 'whole chunks');
  });
}

test('HEAD answers the headers of the stream and starts nothing', async (t) => {
  const { told, url } = await serve(t);
  for (const path of ['/stream', '/stream.mp3', '/stream.wav']) {
    const answer = await fetch(url + path, { method: 'HEAD' });
    t.is(answer.status, 200);
    t.is(answer.headers.get('content-type'), 'audio/wav');
    t.is(answer.headers.get('access-control-allow-origin'), '*');
  }
  t.is(told.joined, 0);
});

test('ranges: a probe of a WAV is answered in part, everything else is the whole stream', async (t) => {
  const { told, port } = await serve(t);
  const probe = await exchange(port, get('/stream.wav', 'Range: bytes=0-1\r\n'));
  t.regex(headOf(probe), /^HTTP\/1\.1 206 [\s\S]*content-range: bytes 0-1\/4294967295\r\n/i);
  t.regex(headOf(probe), /\r\ncontent-length: 2\r\n/i);
  t.is(bodyOf(probe), 'RI');
  t.is(told.joined, told.left, 'a probe is no listener');
  const all = await exchange(port, get('/stream.wav', 'Range: bytes=0-4294967294\r\n'));
  t.regex(headOf(all), /^HTTP\/1\.1 206 /);
  t.true(bodyOf(all).startsWith('RIFF') && bodyOf(all).length > 2000);
  for (const [path, range] of [
    ['/stream.wav', 'bytes=0-'],
    ['/stream.mp3', 'bytes=0-'],
    ['/stream.mp3', 'bytes=0-1'],
    ['/stream.wav', 'bytes=1000-'],
    ['/stream.wav', 'nonsense'],
  ]) {
    const answer = await exchange(port, get(path ?? '', `Range: ${range}\r\n`), 100);
    t.regex(headOf(answer), /^HTTP\/1\.1 200 OK\r\n/, `${path} ${range}`);
    t.true(bodyOf(answer).startsWith('RIFF'));
  }
});

test('a full box answers 503 with Retry-After, and those who listen hear nothing of it', async (t) => {
  const { told, port, url } = await serve(t, { max: 2 });
  const listeners = [1, 2].map(() => exchange(port, get('/stream'), 1000));
  await until(() => told.joined === 2);
  await sleep(50);
  for (let index = 0; index < 5; index++) {
    const answer = await fetch(`${url}/stream.wav`);
    t.is(answer.status, 503);
    t.true(Number(answer.headers.get('retry-after')) > 0);
    t.is(answer.headers.get('connection'), 'close');
    t.regex(await answer.text(), /^All 2 places are taken \(listeners\.max\)/);
  }
  t.is(told.refused, 5);
  const answers = await Promise.all(listeners);
  for (const answer of answers) t.true(bodyOf(answer).length > 50 * CHUNK.length);
  await until(() => told.left === 2);
  t.is((await exchange(port, get('/stream'), 100)).slice(0, 15), 'HTTP/1.1 200 OK', 'a place is free again');
});

test('what a listener sends after its request is thrown away, pipelined requests included', async (t) => {
  const { told, port } = await serve(t);
  const answer = await exchange(port, get('/stream') + get('/stream') + get('/api/status'), 300);
  t.is(told.joined - told.left, 1);
  t.is(answer.split('HTTP/1.1').length, 2, 'one answer only');
  t.is((Buffer.from(bodyOf(answer), 'latin1').length - 44) % CHUNK.length, 0);
  const socket = connect(port, '127.0.0.1');
  let bytes = 0;
  socket.on('data', (part) => {
    bytes += part.length;
  });
  socket.on('error', () => {});
  socket.write(get('/stream'));
  for (let index = 0; index < 20; index++) {
    await sleep(10);
    socket.write(Buffer.alloc(2000, 'GET / HTTP/1.1\r\n'));
  }
  const before = bytes;
  await sleep(200);
  t.true(bytes > before, 'it still plays');
  socket.destroy();
  await until(() => told.joined === told.left);
  t.is(told.joined, told.left);
});

test('methods: 405 says what is possible, preflights are answered, unknown paths get a readable 404', async (t) => {
  const { url } = await serve(t);
  for (const path of ['/stream', '/api/status', '/', '/healthz']) {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      const answer = await fetch(url + path, { method });
      t.is(answer.status, 405, `${method} ${path}`);
      t.regex(answer.headers.get('allow') ?? '', /GET/);
    }
  }
  const preflight = await fetch(`${url}/stream.wav`, { method: 'OPTIONS' });
  t.is(preflight.status, 204);
  t.is(preflight.headers.get('access-control-allow-origin'), '*');
  const missing = await fetch(`${url}/steram?<script>`);
  t.is(missing.status, 404);
  t.regex(await missing.text(), /The listen page is at \//);
});

test('absurd requests are refused in order, and the box goes on', async (t) => {
  const { told, port, url } = await serve(t);
  for (const [sent, expected] of [
    ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', /^HTTP\/1\.1 400 /],
    ['GET /stream HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 /],
    [get('/stream', `X: ${'y'.repeat(20_000)}\r\n`), /^HTTP\/1\.1 431 /],
    [get('/stream', 'X: y\r\n'.repeat(5000)), /^HTTP\/1\.1 431 /],
    [get('/stream', 'Bad Header: y\r\n'), /^HTTP\/1\.1 400 /],
    [get(`/${'a'.repeat(10_000)}`), /^HTTP\/1\.1 404 /],
    [get('/%zz'), /^HTTP\/1\.1 40[04] /],
    ['POST /stream HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n', /^HTTP\/1\.1 4\d\d /],
  ] as const) {
    t.regex(await exchange(port, Buffer.from(sent, 'latin1')), expected, sent.slice(0, 40));
  }
  t.is((await fetch(`${url}/healthz`)).status, 200);
  t.is(told.errors, 0);
});

test('status, health, devices and the page', async (t) => {
  const { url } = await serve(t, { health: { ok: false, reasons: ['it stands still'] } });
  t.deepEqual(await (await fetch(`${url}/api/status`)).json(), {});
  t.deepEqual(await (await fetch(`${url}/api/devices`)).json(), { devices: [] });
  const health = await fetch(`${url}/healthz`);
  t.is(health.status, 503);
  t.deepEqual(await health.json(), { ok: false, reasons: ['it stands still'] });
  const metrics = await fetch(`${url}/metrics`);
  t.is(metrics.headers.get('content-type'), 'text/plain');
  t.is(await metrics.text(), 'none\n');
  const page = await fetch(url);
  const policy = page.headers.get('content-security-policy') ?? '';
  t.regex(policy, /default-src 'self'/);
  const { host } = new URL(url);
  t.true(policy.includes(`connect-src 'self' ws://${host} wss://${host};`), policy);
  const html = await page.text();
  t.regex(html, /<audio[^>]+src="\/stream\.mp3"/);
  for (const [, path] of html.matchAll(/(?:href|src)="(\/page[^"]*)"/g)) {
    t.is((await fetch(url + path)).status, 200, path);
  }
});

test('a bug in a handler is a plain 500 that says nothing of the inside', async (t) => {
  const { told, url } = await serve(t, {
    status: () => {
      throw new Error('secret');
    },
  });
  const answer = await fetch(`${url}/api/status`);
  t.is(answer.status, 500);
  t.notRegex(await answer.text(), /secret/);
  t.is(told.errors, 1);
});
