import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type { Format } from '../src/encoders/encoder.ts';
import { Places } from '../src/http/places.ts';
import { createServer } from '../src/http/server.ts';
import type { Health, Status } from '../src/http/status.ts';
import { Outlet } from '../src/outlet.ts';
import { RecentSound } from '../src/programme/recent-sound.ts';
import { Station } from '../src/station.ts';
import { NumberedReader, numbered, numberOf } from './connections/numbered.ts';
import { IcyReader } from './support/icy-reader.ts';

const CHUNK_BYTES = 16;
/** Chunks between two titles. */
const META_CHUNKS = 8;
const HEADER_BYTES = 8;
const PCM = { rateHz: 1000, channels: 1 };

/** Encoder number `n` counts from n × 1000, one chunk a call. Its header is the title. */
function countingFormat(): Format {
  let encoders = 0;
  return {
    id: 'count',
    mimeType: 'audio/count',
    description: 'numbers',
    bytesPerSecond: 1600,
    rangeProbe: 'ignore',
    icyMetaBytes: META_CHUNKS * CHUNK_BYTES,
    createEncoder() {
      let number = ++encoders * 1000;
      return {
        header: ({ title }) => Buffer.alloc(HEADER_BYTES, title),
        encode: () => [numbered(number++, CHUNK_BYTES)],
        close: () => {},
      };
    },
  };
}

/** A server with that one format, whose chunks come when the test says. */
async function onAir(t: ExecutionContext, { lingerMs = 0, coalesceMs = 0 } = {}) {
  const places = new Places({ max: 10, maxPerAddress: 10, keyOf: (address) => address });
  const station = new Station({ name: 'Test', title: 'one', genre: 'Numbers', url: 'http://example.org/' });
  const recentSound = new RecentSound(PCM, 2000);
  const outlet = new Outlet(countingFormat(), PCM, {
    recentSound,
    stallMs: 250,
    backlogMs: 4000,
    coalesceMs,
    lingerMs,
    station,
    places,
  });
  const nobody = () => ({}) as Status & Health;
  const server = await createServer({
    station,
    version: '0',
    pcm: { rateHz: 48000, channels: 2 },
    burstMs: () => 1000,
    maxBurstMs: 2000,
    sources: () => [outlet.source],
    places,
    status: nobody,
    health: nobody,
    metrics: async () => ({ contentType: 'text/plain', text: '' }),
    listDevices: async () => [],
    onError: (error) => t.fail(error.message),
  });
  await server.listen({ host: '127.0.0.1', port: 0 }, (error) => t.fail(error.message));
  t.teardown(async () => {
    await outlet.close(100);
    await server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const send = (chunks: number) => {
    for (let left = chunks; left > 0; left--) outlet.feed.write(new Float32Array(0));
  };
  return {
    outlet,
    places,
    station,
    recentSound,
    send,
    join: (path: string, headers = '', socket = connect(port, '127.0.0.1')) => join(socket, path, headers),
    /** A connection that the server has accepted, and on which nothing was asked for. */
    accepted: async () => {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      // Who comes later is accepted later.
      (await join(connect(port, '127.0.0.1'), '/stream?burst=x')).leave();
      return socket;
    },
  };
}

/** Asks for a stream; resolves when the head of the answer is there. What follows gathers in `body`. */
async function join(socket: Socket, path: string, headers = '') {
  let received = Buffer.alloc(0);
  socket.on('data', (data: Buffer) => {
    received = Buffer.concat([received, data]);
  });
  socket.write(`GET ${path} HTTP/1.0\r\n${headers}\r\n`);
  const headEnd = () => received.indexOf('\r\n\r\n');
  await until(() => headEnd() >= 0);
  const head = received.subarray(0, headEnd()).toString('latin1');
  const body = () => received.subarray(headEnd() + 4);
  /** The numbers of the first and the last chunk behind the header, once there are `chunks`. */
  const numbers = async (chunks: number) => {
    await until(() => body().length >= HEADER_BYTES + chunks * CHUNK_BYTES);
    const reader = new NumberedReader();
    reader.push(body().subarray(HEADER_BYTES));
    return { header: body().toString('latin1', 0, 3), first: reader.first, last: reader.last, fault: reader.fault };
  };
  return { head, body, numbers, leave: () => socket.destroy(), reset: () => socket.resetAndDestroy() };
}

async function until(done: () => boolean): Promise<void> {
  for (let left = 500; left > 0 && !done(); left--) await sleep(10);
  if (!done()) throw new Error('it did not happen within 5 s');
}

test('a listener begins with the header and the recent chunks, or with the next one if it wants to be close', async (t) => {
  const { send, join } = await onAir(t);
  const first = await join('/stream');
  send(5);
  t.deepEqual(await first.numbers(5), { header: 'one', first: 1000, last: 1004, fault: '' });
  const late = await join('/stream');
  const close = await join('/stream?burst=0');
  send(3);
  t.deepEqual(await late.numbers(8), { header: 'one', first: 1000, last: 1007, fault: '' });
  t.deepEqual(await close.numbers(3), { header: 'one', first: 1005, last: 1007, fault: '' });
});

test('what is older than the burst is not sent, and more than may be asked for is not given', async (t) => {
  const { send, join } = await onAir(t, { lingerMs: 10_000 });
  const first = await join('/stream');
  send(2);
  await sleep(1100);
  send(2);
  t.is((await (await join('/stream')).numbers(2)).first, 1002);
  t.is((await (await join('/stream?burst=1999')).numbers(4)).first, 1000);
  await sleep(1000);
  t.is((await (await join('/stream?burst=999999')).numbers(2)).first, 1002);
  first.leave();
});

test('a burst that is no number is refused with what is expected', async (t) => {
  const { join, places } = await onAir(t);
  for (const burst of ['', 'x', '-1', '1.5', '0&burst=1', '1e3']) {
    const { head } = await join(`/stream?burst=${burst}`);
    t.regex(head, /^HTTP\/1\.1 400 /, burst);
  }
  t.is(places.now, 0);
});

test('nobody begins with what an earlier encoder made', async (t) => {
  const { outlet, send, join } = await onAir(t);
  const first = await join('/stream');
  send(5);
  await first.numbers(5);
  first.leave();
  await until(() => !outlet.feed.running);
  const second = await join('/stream');
  const titled = await join('/stream', 'Icy-MetaData: 1\r\n');
  send(2);
  t.deepEqual(await second.numbers(2), { header: 'one', first: 2000, last: 2001, fault: '' });
  await until(() => titled.body().length === 2 * CHUNK_BYTES);
  t.is(numberOf(titled.body()), 2000);
});

test('chunks that are held back to travel together are not lost to one who joins meanwhile', async (t) => {
  const { outlet, send, join } = await onAir(t, { coalesceMs: 1000 });
  const first = await join('/stream');
  send(1);
  await first.numbers(1);
  // So dear that frames are joined for as long as they may be.
  Object.defineProperty(outlet, 'passMs', { value: 1e6 });
  send(3);
  const late = await join('/stream?burst=0');
  await sleep(1100);
  send(1);
  t.is((await late.numbers(3)).first, 1001);
});

test('who asks for titles begins behind one, and hears the title at the next', async (t) => {
  const { send, join, station } = await onAir(t);
  const wish = 'Icy-MetaData: 1\r\n';
  const first = await join('/stream', wish);
  t.regex(first.head, /^icy-metaint: 128\r$/m);
  t.regex(first.head, /^icy-name: Test\r$/m);
  t.regex(first.head, /^icy-genre: Numbers\r$/m);
  t.regex(first.head, /^icy-url: http:\/\/example.org\/\r?$/m);
  send(META_CHUNKS + 3);
  station.setTitle('two');
  const burst = await join('/stream', wish);
  const close = await join('/stream?burst=0', wish);
  t.is(close.body().length, 0, 'waits for the next');
  send(2 * META_CHUNKS);
  const whole = 3 * META_CHUNKS + 3;
  for (const [listener, from, titles] of [
    [first, 0, ['one', 'two', 'two']],
    [burst, 0, ['one', 'two', 'two']],
    [close, 2 * META_CHUNKS, ['two']],
  ] as const) {
    const reader = new NumberedReader();
    const icy = new IcyReader(META_CHUNKS * CHUNK_BYTES, (sound) => reader.push(sound));
    const bytes = () => {
      const seen = new IcyReader(META_CHUNKS * CHUNK_BYTES);
      seen.push(listener.body());
      return seen.soundBytes;
    };
    await until(() => bytes() === (whole - from) * CHUNK_BYTES);
    icy.push(listener.body());
    t.deepEqual([reader.first, reader.last, reader.fault], [1000 + from, 1000 + whole - 1, '']);
    t.deepEqual(
      icy.titles.map(({ title }) => title),
      titles,
    );
  }
});

test('one who left while it waited for a title frees its place', async (t) => {
  const { send, join, places, outlet } = await onAir(t);
  const first = await join('/stream');
  send(1);
  const waiting = await join('/stream?burst=0', 'Icy-MetaData: 1\r\n');
  t.is(places.now, 2);
  waiting.leave();
  await sleep(50);
  send(META_CHUNKS);
  t.is(places.now, 1);
  first.leave();
  await until(() => !outlet.feed.running);
});

test('one who resets its connection while it waits for a title harms nobody, and frees its place at once', async (t) => {
  const { send, join, places, outlet } = await onAir(t);
  const first = await join('/stream');
  send(1);
  const waiting = await join('/stream?burst=0', 'Icy-MetaData: 1\r\n');
  waiting.reset();
  await until(() => places.now === 1);
  send(META_CHUNKS);
  t.deepEqual(await first.numbers(9), { header: 'one', first: 1000, last: 1008, fault: '' });
  first.leave();
  await until(() => !outlet.feed.running);
});

test('one who waits for a title when the box stops is let go', async (t) => {
  const { send, join, places, outlet } = await onAir(t);
  await join('/stream');
  send(1);
  await join('/stream?burst=0', 'Icy-MetaData: 1\r\n');
  await outlet.close(100);
  t.is(places.now, 0);
});

test('the first listener begins with recent sound, which the encoder catches up with before it goes on; who is close does not', async (t) => {
  const { outlet, recentSound, send, join } = await onAir(t);
  recentSound.write(new Float32Array(1500));
  const first = await join('/stream?burst=1000');
  send(1);
  // 20 pieces of 50 ms, and what came meanwhile.
  t.deepEqual(await first.numbers(21), { header: 'one', first: 1000, last: 1020, fault: '' });
  // They are as old as their sound: one that comes now begins with them, too, but not with what is older than it asked for.
  const second = await join('/stream?burst=500');
  const begin = (await second.numbers(8)).first;
  t.true(begin > 1009 && begin < 1020, `${begin}`);
  first.leave();
  second.leave();
  await until(() => !outlet.feed.running);
  const close = await join('/stream?burst=0');
  send(1);
  t.deepEqual(await close.numbers(1), { header: 'one', first: 2000, last: 2000, fault: '' });
});

test('one who comes while the encoder catches up begins with nothing older than it asked for', async (t) => {
  const { outlet, places, recentSound, send, join, accepted } = await onAir(t);
  recentSound.write(new Float32Array(2000));
  const [a, b, c, d, e] = [await accepted(), await accepted(), await accepted(), await accepted(), await accepted()];
  // The encoder has caught up with nothing when the others come: it takes a turn of the event loop for each piece.
  const [first, close, half, titled, gone] = await Promise.all([
    join('/stream?burst=2000', '', a),
    join('/stream?burst=0', '', b),
    join('/stream?burst=500', '', c),
    join('/stream?burst=0', 'Icy-MetaData: 1\r\n', d),
    join('/stream?burst=0', '', e),
  ]);
  gone.reset();
  await until(() => places.now === 4);
  send(META_CHUNKS);
  // 40 pieces of 50 ms.
  t.deepEqual(await first.numbers(48), { header: 'one', first: 1000, last: 1047, fault: '' });
  t.is((await close.numbers(1)).first, 1040);
  const begin = (await half.numbers(10)).first;
  t.true(begin >= 1030 && begin < 1040, `${begin}`);
  await until(() => titled.body().length > 0);
  t.true(numberOf(titled.body()) >= 1040);
  for (const { leave } of [first, close, half, titled]) leave();
  await until(() => !outlet.feed.running);
});
