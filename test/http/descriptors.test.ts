import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { enoughDescriptors, spareConnections } from '../../src/http/descriptors.ts';
import type { Status } from '../../src/http/status.ts';
import { freePort, MAIN } from '../support/box.ts';
import { run, until } from '../support/processes.ts';
import { get } from './serving.ts';

/** A box on the demo signal that may have so many descriptors. */
async function boxWith(t: ExecutionContext, descriptors: number) {
  const directory = mkdtempSync(join(tmpdir(), 'boardfeed-descriptors-'));
  const config = join(directory, 'boardfeed.toml');
  writeFileSync(config, '[input]\nsource = "demo"\n');
  const port = await freePort();
  const words = [process.execPath, MAIN, '--config', config, '--host', '127.0.0.1', '--port', `${port}`];
  const box = run('sh', ['-c', `ulimit -n ${descriptors} && exec "$@"`, 'sh', ...words]);
  t.teardown(async () => {
    await box.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  await until('the box is on air', () => box.output().includes('on air; open') || box.output());
  return { box, port, url: `http://127.0.0.1:${port}` };
}

function listen(t: ExecutionContext, port: number) {
  const heard = { bytes: 0, closed: false };
  const socket = connect(port, '127.0.0.1');
  socket.on('data', (part) => {
    heard.bytes += part.length;
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    heard.closed = true;
  });
  socket.write(get('/stream.wav'));
  t.teardown(() => socket.destroy());
  return heard;
}

/** Opens so many connections that ask for nothing; resolves when all are connected. */
async function flood(
  t: ExecutionContext,
  port: number,
  count: number,
): Promise<{ sockets: Socket[]; closed(): number }> {
  let connected = 0;
  let closed = 0;
  const sockets = Array.from({ length: count }, () => {
    const socket = connect(port, '127.0.0.1', () => void connected++);
    socket.on('error', () => {});
    socket.on('close', () => void closed++);
    socket.resume();
    t.teardown(() => socket.destroy());
    return socket;
  });
  await until('the flood is there', () => connected === count || connected);
  return { sockets, closed: () => closed };
}

const answers = (url: string) =>
  fetch(`${url}/api/status`, { headers: { connection: 'close' }, signal: AbortSignal.timeout(2000) }).then(
    (answer) => answer.json() as Promise<Status>,
    () => undefined,
  );

test('a box whose descriptors are used up accepts again afterwards, and those who listen hear nothing of it', async (t) => {
  const { box, port, url } = await boxWith(t, 46); // About 24 are its own, 32 connections are allowed.
  const listeners = [listen(t, port), listen(t, port)];
  await until('they hear', () => listeners.every(({ bytes }) => bytes > 50_000));
  const rounds = [];
  for (let round = 0; round < 3; round++) {
    const { sockets, closed } = await flood(t, port, 300);
    await until('what has no descriptor is closed', () => closed() > 250 || closed());
    rounds.push(await answers(url));
    const bytes = listeners.map((listener) => listener.bytes);
    await sleep(300);
    t.true(listeners.every((listener, index) => !listener.closed && listener.bytes > (bytes[index] ?? 0) + 20_000));
    for (const socket of sockets) socket.destroy();
  }
  t.true(rounds.includes(undefined), 'descriptors really ran out, or this shows nothing');
  let status: Status | undefined;
  await until('it answers again', async () => {
    status = await answers(url);
    return status !== undefined;
  });
  t.is(status?.listeners.now, 2);
  t.deepEqual(status?.listeners.removed, {});
  t.is(status?.programme.skippedMs, 0);
  const late = listen(t, port);
  await until('a new listener hears', () => late.bytes > 50_000 || late.bytes);
  t.is(box.child.exitCode, null);
});

test('while there are descriptors for the connections that it allows, a box answers through the flood', async (t) => {
  const { port, url } = await boxWith(t, 90);
  const listener = listen(t, port);
  await until('it hears', () => listener.bytes > 50_000);
  await flood(t, port, 300);
  for (let index = 0; index < 5; index++) t.is((await answers(url))?.listeners.now, 1);
  t.false(listener.closed);
});

test('how many connections are allowed follows from the descriptors', (t) => {
  t.is(spareConnections(300, 100, undefined), 300);
  t.is(spareConnections(300, 100, 1024), 300);
  t.is(spareConnections(300, 100, 300), 36);
  t.is(spareConnections(300, 100, 64), 32);
  t.true(enoughDescriptors(100, undefined));
  t.true(enoughDescriptors(100, 1024));
  t.false(enoughDescriptors(1000, 1024));
});
