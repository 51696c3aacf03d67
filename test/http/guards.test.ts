import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type { Status } from '../../src/http/status.ts';
import { bodyOf, CHUNK, exchange, get, HEADER, headOf, serve, until } from './serving.ts';

/** Loopback is exempt from what counts by address, so here 127.0.0.N stands for 192.0.2.N. */
const keyOf = (address: string) => address.replace('127.0.0.', '192.0.2.');

/** A client at 127.0.0.N, and what it saw. */
function client(t: ExecutionContext, port: number, sent = '', host = 1) {
  const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${host}` });
  const seen = { socket, heard: '', closed: false };
  socket.on('data', (part: Buffer) => {
    seen.heard += part.toString('latin1');
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    seen.closed = true;
  });
  if (sent) socket.write(sent);
  t.teardown(() => socket.destroy());
  return seen;
}

/** A client that never reads its answer. */
function deafClient(t: ExecutionContext, port: number, sent: string, host = 1): Socket {
  const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${host}` });
  socket.on('error', () => {});
  socket.write(sent);
  t.teardown(() => socket.destroy());
  return socket;
}

const huge = (bytes: number) => ({ name: 'x'.repeat(bytes) }) as unknown as Status;

test('whoever sends no request, or only drips one, is gone when the time is up; who has asked in time stays', async (t) => {
  const limits = { headersMs: 300, requestMs: 60_000, keepAliveMs: 200, checkMs: 50 };
  const { port, visitors } = await serve(t, { limits });
  const listener = client(t, port, get('/stream'));
  const silent = client(t, port);
  const idle = client(t, port, get('/healthz'));
  const dripping = client(t, port);
  const letters = get('/healthz', `X: ${'y'.repeat(10_000)}\r\n`)[Symbol.iterator]();
  const drip = setInterval(() => dripping.socket.write(letters.next().value ?? 'y'), 20);
  t.teardown(() => clearInterval(drip));
  await until(() => visitors.now === 3);
  await until(() => visitors.now === 0);
  t.is(visitors.now, 0);
  await until(() => [silent, dripping, idle].every(({ closed }) => closed));
  t.true([silent, dripping, idle].every(({ closed }) => closed));
  t.regex(dripping.heard, /^HTTP\/1\.1 408 /);
  t.regex(silent.heard, /^HTTP\/1\.1 408 /);
  t.regex(idle.heard, /^HTTP\/1\.1 200 /);
  t.false(listener.closed);
});

test('whoever never finishes the body of a request is gone when the time is up', async (t) => {
  const { port } = await serve(t, { limits: { headersMs: 300, requestMs: 400, checkMs: 50 } });
  const type = 'Content-Type: application/json\r\nContent-Length: 9';
  const unfinished = client(t, port, `POST /healthz HTTP/1.1\r\nHost: x\r\n${type}\r\n\r\n{`);
  await until(() => unfinished.closed);
  t.regex(unfinished.heard, /^HTTP\/1\.1 408 /);
});

test('whoever does not read the answer is gone when the time is up; who reads gets all of it', async (t) => {
  const bytes = 20e6; // More than the kernel takes for one connection.
  const { port, url, visitors } = await serve(t, { limits: { answerMs: 700, checkMs: 50 }, status: () => huge(bytes) });
  deafClient(t, port, get('/api/status'));
  await until(() => visitors.now === 1);
  t.is((await (await fetch(`${url}/api/status`)).text()).length, bytes + '{"name":""}'.length);
  await until(() => visitors.counts.tooSlow === 1);
  t.is(visitors.counts.tooSlow, 1);
  await until(() => visitors.now <= 1); // The kept-alive connection of fetch may stay.
  t.true(visitors.now <= 1);
});

test.serial(
  'many who do not read what they ask for share one answer, and nobody can ask a hundred times ahead',
  async (t) => {
    let made = 0;
    const { port, visitors } = await serve(t, {
      limits: { pipelined: 4, snapshotMs: 60_000 },
      status: () => {
        made++;
        return huge(1e6);
      },
    });
    const before = process.memoryUsage().arrayBuffers;
    const deaf = Array.from({ length: 30 }, () => deafClient(t, port, get('/api/status').repeat(4)));
    await until(() => visitors.now === deaf.length);
    await sleep(200);
    t.is(made, 1);
    t.true(process.memoryUsage().arrayBuffers - before < 30e6, 'not one for each: that would be 120 MB');
    t.is(visitors.counts.tooHasty, 0);
    const hasty = client(t, port, get('/api/status').repeat(500));
    await until(() => hasty.closed);
    t.true(hasty.closed);
    t.is(visitors.counts.tooHasty, 1);
  },
);

test('who holds all connections without asking locks nobody out', async (t) => {
  const limits = { connections: 20, connectionsPerAddress: 1000 };
  const { port, visitors } = await serve(t, { keyOf, limits });
  const holding = Array.from({ length: 200 }, (_, index) => client(t, port, 'GET / HT', 2 + (index % 50)));
  await until(() => visitors.counts.pushedOut === 180);
  t.is(visitors.counts.pushedOut, 180);
  t.is(visitors.now, 20);
  for (let index = 0; index < 30; index++) {
    t.regex(headOf(await exchange(port, get('/healthz', 'Connection: close\r\n'))), /^HTTP\/1\.1 200 /);
  }
  t.true(visitors.now <= 20);
  t.is(visitors.counts.turnedAway, 0);
  t.true(holding.filter(({ closed }) => !closed).length <= 20);
});

test('one address gets only so many connections, and others do not notice; loopback itself is exempt', async (t) => {
  const limits = { connectionsPerAddress: 5 };
  const { port, visitors } = await serve(t, { keyOf, limits });
  const other = client(t, port, '', 3);
  for (let index = 0; index < 50; index++) client(t, port, '', 2);
  await until(() => visitors.counts.pushedOut === 45);
  t.is(visitors.counts.pushedOut, 45);
  t.is(visitors.now, 6);
  t.false(other.closed);
  const exempt = await serve(t, { limits });
  for (let index = 0; index < 50; index++) client(t, exempt.port);
  await until(() => exempt.visitors.now === 50);
  t.is(exempt.visitors.now, 50);
});

test.serial(
  'whoever is in the middle of an answer is not pushed out: then the new one is turned away at once',
  async (t) => {
    let asked = 0;
    const { port, visitors } = await serve(t, {
      limits: { connections: 3, answerMs: 1500, checkMs: 50, snapshotMs: 0 },
      status: () => {
        asked++;
        return huge(20e6);
      },
    });
    for (let index = 0; index < 3; index++) deafClient(t, port, get('/api/status'));
    await until(() => asked === 3);
    const late = client(t, port, get('/healthz'));
    await until(() => late.closed);
    t.is(late.heard, '');
    t.is(visitors.counts.turnedAway, 1);
    await until(() => visitors.counts.tooSlow === 3);
    t.regex(await exchange(port, get('/healthz')), /^HTTP\/1\.1 200 /, 'their time is up');
  },
);

test('listeners are not counted as connections', async (t) => {
  const { port, visitors, told } = await serve(t, { keyOf, limits: { connections: 2, connectionsPerAddress: 2 } });
  const listeners: ReturnType<typeof client>[] = [];
  for (let index = 0; index < 8; index++) {
    const listener = client(t, port, get('/stream'), 2);
    listeners.push(listener);
    await until(() => listener.heard.length > 0);
  }
  for (let index = 0; index < 20; index++) client(t, port, '', 2);
  await until(() => visitors.counts.pushedOut === 18);
  t.is(visitors.now, 2);
  t.is(told.joined - told.left, 8);
  t.true(listeners.every(({ closed }) => !closed));
});

test('one address gets only so many places, in all clothes; they come back when its listeners leave', async (t) => {
  const { port, places, told } = await serve(t, { keyOf, maxPerAddress: 2 });
  const two = [client(t, port, get('/stream'), 2), client(t, port, get('/stream.wav'), 2)];
  await until(() => places.now === 2);
  const third = client(t, port, get('/stream'), 2);
  await until(() => third.closed);
  t.regex(
    third.heard,
    /^HTTP\/1\.1 503 [\s\S]*retry-after: \d+\r\n[\s\S]*one address may have \(listeners\.max_per_address\)/i,
  );
  const other = client(t, port, get('/stream'), 3);
  await until(() => other.heard.includes('RIFF'));
  t.true(other.heard.startsWith('HTTP/1.1 200 '));
  t.is(told.refused, 1);
  two[0]?.socket.resetAndDestroy();
  two[1]?.socket.end();
  await until(() => places.now === 1);
  const again = client(t, port, get('/stream'), 2);
  await until(() => again.heard.includes('RIFF'));
  t.true(again.heard.startsWith('HTTP/1.1 200 '));
});

test.serial('a thousand who connect at once all wait in the queue of the kernel', async (t) => {
  const allowed = Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'));
  if (allowed < 1000) {
    t.pass(`this kernel queues ${allowed} at most`);
    return;
  }
  const { port, visitors } = await serve(t, { limits: { connections: 2000 } });
  const clients = Array.from({ length: 1000 }, () => client(t, port));
  // `connect` happens in the next tick. None of them has been accepted then: this thread has not waited for anything yet.
  await new Promise<void>((resolve) => process.nextTick(resolve));
  const remote = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} 01`;
  const connected = readFileSync('/proc/self/net/tcp', 'utf8')
    .split('\n')
    .filter((line) => line.includes(` ${remote} `));
  t.is(visitors.now, 0);
  t.true(connected.length >= clients.length, `only ${connected.length}: the others would try again after a second`);
  await until(() => visitors.now === clients.length);
  t.is(visitors.now, clients.length);
});

test.serial('who is refused, floods or talks disturbs nobody who listens', async (t) => {
  const { port, told, places } = await serve(t, { keyOf, max: 3, maxPerAddress: 3, limits: { connections: 30 } });
  const listeners = [2, 3, 4].map((host) => client(t, port, get('/stream'), host));
  await until(() => places.now === 3);
  for (let round = 0; round < 20; round++) {
    for (let index = 0; index < 25; index++) {
      client(t, port, get('/stream'), 5 + index);
      client(t, port, 'GET /stream HTT', 5 + index);
      client(t, port, Buffer.alloc(2000, 'nonsense\n').toString(), 5 + index);
    }
    await sleep(20);
  }
  t.true(told.refused >= 20);
  t.is(told.left, 0);
  const [shortest, longest] = [Math.min, Math.max].map((choose) =>
    choose(...listeners.map(({ heard }) => heard.length)),
  );
  t.true((shortest ?? 0) > 20 * CHUNK.length);
  t.true((longest ?? 0) - (shortest ?? 0) < 20 * CHUNK.length, 'all three hear the same');
  for (const { heard, closed } of listeners) {
    t.false(closed);
    t.is((Buffer.from(bodyOf(heard), 'latin1').length - HEADER.length) % CHUNK.length, 0);
  }
});
