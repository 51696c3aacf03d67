import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { ConnectionManager } from '../../src/connections/connection-manager.ts';
import type { RemovalReason, RemovedListener } from '../../src/connections/listener.ts';
import { NumberedReader, numbered } from './numbered.ts';
import { Loopback, type Pair, pairs, until } from './sockets.ts';

const CHUNK_BYTES = 1000;
/** Longer than what the kernel takes at once, so that whoever does not read is in the middle of it. */
const LONG_CHUNK_BYTES = 5_000_001;

interface Ending {
  readonly name: string;
  readonly end: (pair: Pair) => void;
  /** Several where the network decides which is noticed first. */
  readonly reasons: readonly RemovalReason[];
}

const ENDINGS: readonly Ending[] = [
  { name: 'half-close', end: ({ client }) => client.end(), reasons: ['closed by peer'] },
  { name: 'half-close after sending', end: ({ client }) => client.end('GET / again'), reasons: ['closed by peer'] },
  { name: 'close', end: ({ client }) => client.destroy(), reasons: ['closed by peer', 'reset'] },
  { name: 'reset', end: ({ client }) => client.resetAndDestroy(), reasons: ['reset'] },
  {
    name: 'half-close, then reset',
    end: ({ client }) => {
      client.end();
      setImmediate(() => client.resetAndDestroy());
    },
    reasons: ['closed by peer', 'reset'],
  },
  { name: 'destroyed by us', end: ({ socket }) => socket.destroy(), reasons: ['removed'] },
  {
    name: 'destroyed by us with an error',
    end: ({ socket }) => socket.destroy(new Error('made up')),
    reasons: ['write error'],
  },
  {
    name: 'reset and destroyed by us at once',
    end: ({ client, socket }) => {
      client.resetAndDestroy();
      socket.destroy();
    },
    // Writing may meet the reset before the socket says that it is destroyed.
    reasons: ['removed', 'reset'],
  },
  {
    name: 'ended by us behind the manager’s back',
    end: ({ socket }) => socket.end(),
    reasons: ['write error'],
  },
];

for (const { name, end, reasons } of ENDINGS) {
  test(`H8: ${name}: noticed, cleaned up once, and nobody else sees it`, async (t) => {
    const loopback = await Loopback.open();
    const removed: RemovedListener[] = [];
    const manager = new ConnectionManager({ bytesPerSecond: 1e6, onRemoved: (listener) => removed.push(listener) });
    const [before, leaving, after] = await pairs(loopback, 3);
    const untouched = leaving.socket.eventNames().map((event) => leaving.socket.listenerCount(event));
    const readers = [before, after].map(({ client }) => {
      const reader = new NumberedReader();
      client.on('data', (data: Buffer) => reader.push(data));
      return reader;
    });
    leaving.client.resume();
    for (const [id, { socket }] of Object.entries({ before, leaving, after })) manager.addClient(socket, id);
    let next = 0;
    const air = setInterval(() => manager.broadcast(numbered(next++, CHUNK_BYTES)), 1);
    try {
      await until('the stream is on', () => readers.every(({ last }) => last > 5));
      end(leaving);
      await until('it is noticed', () => removed.length > 0 && leaving.socket.closed);
      const goOnUntil = next + 20;
      await until('the stream goes on', () => next > goOnUntil);
      clearInterval(air);
      await until('the others have everything', () => readers.every(({ last }) => last === next - 1));
      t.is(removed.length, 1, 'once');
      t.is(removed[0]?.id, 'leaving');
      t.true(reasons.includes(removed[0]?.reason as RemovalReason), removed[0]?.reason);
      t.deepEqual(
        readers.map(({ first, fault }) => [first, fault]),
        [
          [0, ''],
          [0, ''],
        ],
      );
      t.deepEqual(
        manager.snapshot().map(({ id }) => id),
        ['before', 'after'],
      );
      t.false(manager.removeClient('leaving'));
      const left = leaving.socket.eventNames().map((event) => leaving.socket.listenerCount(event));
      t.true(sum(left) <= sum(untouched), 'nothing of ours is left on its socket');
    } finally {
      clearInterval(air);
      await manager.close(0);
      loopback.close();
    }
  });
}

test('H8: whoever half-closes or is removed gets whole chunks to the end, and then the end', async (t) => {
  const loopback = await Loopback.open();
  const manager = new ConnectionManager({ bytesPerSecond: 1e9, stallMs: 5000 });
  const all = await pairs(loopback, 3);
  const readers = all.map(() => new NumberedReader());
  try {
    for (const [index, { socket }] of all.entries()) manager.addClient(socket, String(index));
    // Nobody reads yet, so everybody is in the middle of a chunk.
    let next = 0;
    while (manager.snapshot().some(({ waitingBytes }) => waitingBytes === 0))
      manager.broadcast(numbered(next++, LONG_CHUNK_BYTES));
    manager.removeClient('0');
    all[1]?.client.end();
    for (const [index, { client }] of all.entries()) client.on('data', (data: Buffer) => readers[index]?.push(data));
    await until('both have ended', () => all.slice(0, 2).every(({ client }) => client.readableEnded));
    await until('the third has everything', () => readers[2]?.last === next - 1);
    for (const [index, { fault, partBytes, first }] of readers.entries()) {
      t.deepEqual([fault, partBytes, first], ['', 0, 0], `listener ${index}`);
    }
  } finally {
    await manager.close(0);
    loopback.close();
  }
});

test('H8: what a listener sends is thrown away, and its leaving behind all of that is noticed', async (t) => {
  const loopback = await Loopback.open();
  const removed: RemovedListener[] = [];
  const manager = new ConnectionManager({ bytesPerSecond: 1e9, onRemoved: (listener) => removed.push(listener) });
  const { socket, client } = await loopback.pair();
  try {
    client.resume();
    manager.addClient(socket, 'talker');
    const sentBytes = 20e6;
    let mostHeldBytes = 0;
    socket.prependListener('data', () => {
      mostHeldBytes = Math.max(mostHeldBytes, socket.readableLength);
    });
    for (let sent = 0; sent < sentBytes; sent += 1e6) client.write(Buffer.alloc(1e6));
    client.end();
    await until('it is noticed', () => removed.length > 0);
    t.is(removed[0]?.reason, 'closed by peer');
    t.is(socket.bytesRead, sentBytes);
    t.true(mostHeldBytes < 1e6, 'nothing piled up');
  } finally {
    await manager.close(0);
    loopback.close();
  }
});

test('H8: a hundred listeners that leave in all ways at once: each is reported once, and no error escapes', async (t) => {
  const loopback = await Loopback.open();
  const removed: string[] = [];
  const manager = new ConnectionManager({ bytesPerSecond: 1e6, onRemoved: ({ id }) => removed.push(id) });
  const stayed = await loopback.pair();
  const reader = new NumberedReader();
  stayed.client.on('data', (data: Buffer) => reader.push(data));
  manager.addClient(stayed.socket, 'stays');
  const leaving: Pair[] = [];
  while (leaving.length < 100) leaving.push(await loopback.pair());
  for (const [index, { socket }] of leaving.entries()) manager.addClient(socket, `leaving ${index}`);
  let next = 0;
  const air = setInterval(() => manager.broadcast(numbered(next++, CHUNK_BYTES)), 1);
  try {
    for (const [index, pair] of leaving.entries()) {
      ENDINGS[index % ENDINGS.length]?.end(pair);
      if (index % 10 === 0) manager.removeClient(`leaving ${index}`);
      if (index % 7 === 0) await sleep(1);
    }
    await until('all are gone', () => manager.size === 1 && leaving.every(({ socket }) => socket.closed));
    clearInterval(air);
    await until('the one that stays has everything', () => reader.last === next - 1);
    t.is(reader.fault, '');
    t.is(new Set(removed).size, 100);
    t.is(removed.length, 100);
  } finally {
    clearInterval(air);
    await manager.close(0);
    loopback.close();
  }
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
