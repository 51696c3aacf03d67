import test from 'ava';
import { ConnectionManager } from '../../src/connections/connection-manager.ts';
import type { RemovedListener } from '../../src/connections/listener.ts';
import { socketWrite, type WriteCall } from '../../src/connections/write-call.ts';
import { NumberedReader, numbered } from './numbered.ts';
import { Loopback, pairs, until } from './sockets.ts';

const CHUNK_BYTES = 100;

/** What a broken write call may answer. */
const ANSWERS: ReadonlyArray<readonly [string, (data: Buffer) => unknown]> = [
  ['-1', () => -1],
  ['half a byte', () => 1.5],
  ['not a number', () => Number.NaN],
  ['infinity', () => Number.POSITIVE_INFINITY],
  ['one more than there was', (data) => data.length + 1],
  ['nothing', () => undefined],
  ['null', () => null],
  ['text', (data) => String(data.length)],
  ['a bigint', (data) => BigInt(data.length)],
  ['an error instead of throwing it', () => new Error('made up')],
];

async function oneBadAmongGood(badWrite: WriteCall) {
  const loopback = await Loopback.open();
  const removed: RemovedListener[] = [];
  const [before, bad, after] = await pairs(loopback, 3);
  const manager = new ConnectionManager({
    bytesPerSecond: 1e6,
    onRemoved: (listener) => removed.push(listener),
    write: (socket, data) => (socket === bad.socket ? badWrite : socketWrite)(socket, data),
  });
  const readers = [before, after].map(({ client }) => {
    const reader = new NumberedReader();
    client.on('data', (data: Buffer) => reader.push(data));
    return reader;
  });
  bad.client.resume();
  for (const [id, { socket }] of Object.entries({ before, bad, after })) manager.addClient(socket, id);
  for (let number = 0; number < 10; number += 1) manager.broadcast(numbered(number, CHUNK_BYTES));
  await until('the others have everything', () => readers.every(({ last }) => last === 9));
  await until('the connection of the bad one has ended', () => bad.socket.closed && bad.client.readableEnded);
  const faults = readers.map(({ fault }) => fault).join('');
  await manager.close(0);
  loopback.close();
  return { removed: removed.filter(({ reason }) => reason !== 'shutdown'), faults };
}

for (const [name, answer] of ANSWERS) {
  test(`H11: a write call that answers ${name} ends that listener and nobody else`, async (t) => {
    const { removed, faults } = await oneBadAmongGood((_, data) => answer(data) as number);
    t.deepEqual(
      removed.map(({ id, reason }) => `${id}: ${reason}`),
      ['bad: write error'],
    );
    t.true(removed[0]?.error instanceof Error);
    t.is(faults, '');
  });
}

test('H11: a write call that throws ends that listener and nobody else', async (t) => {
  const error = new Error('made up');
  const { removed, faults } = await oneBadAmongGood(() => {
    throw error;
  });
  t.deepEqual(
    removed.map(({ id, reason }) => `${id}: ${reason}`),
    ['bad: write error'],
  );
  t.is(removed[0]?.error, error);
  t.is(faults, '');
});

test('H11: a write call whose count is not what it left waiting ends that listener: its stream may be torn', async (t) => {
  const { removed } = await oneBadAmongGood((socket, data) => {
    socket.cork();
    socket.write(data);
    return 10;
  });
  t.deepEqual(
    removed.map(({ id, reason }) => `${id}: ${reason}`),
    ['bad: write error'],
  );
});

test('H11: a write call that takes only part, as send() does, loses and repeats nothing', async (t) => {
  const loopback = await Loopback.open();
  const removed: RemovedListener[] = [];
  let calls = 0;
  const manager = new ConnectionManager({
    bytesPerSecond: 1e9,
    onRemoved: (listener) => removed.push(listener),
    // Takes a part that differs from call to call, nothing and everything included, and leaves the rest alone.
    write: (socket, data) => {
      calls += 1;
      const part = (calls * 37) % (data.length + 1);
      const taken = calls % 5 === 0 ? 0 : calls % 7 === 0 ? data.length : part;
      socket.write(data.subarray(0, taken));
      return socket.writableLength === 0 ? taken : data.length - socket.writableLength;
    },
  });
  try {
    const { socket, client } = await loopback.pair();
    manager.addClient(socket, 'one');
    const reader = new NumberedReader();
    for (let number = 0; number < 500; number += 1) manager.broadcast(numbered(number, 8 + (number % 90)));
    client.on('data', (data: Buffer) => reader.push(data));
    await until('it has everything', () => reader.last === 499);
    t.deepEqual([reader.first, reader.fault, reader.partBytes], [0, '', 0]);
    t.deepEqual(removed, []);
    t.is(manager.snapshot()[0]?.backlogBytes, 0);
  } finally {
    await manager.close(0);
    loopback.close();
  }
});
