import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import test from 'ava';
import { ConnectionManager } from '../../src/connections/connection-manager.ts';
import { Farewells } from '../../src/connections/farewells.ts';
import type { RemovedListener } from '../../src/connections/listener.ts';
import { NumberedReader, numbered } from './numbered.ts';
import { Loopback, pairs, until, within } from './sockets.ts';

/** Longer than what the kernel takes at once, so that whoever does not read is in the middle of it. */
const LONG_CHUNK_BYTES = 5_000_001;

test('closing ends everybody with a whole chunk, and resets whoever takes nothing until the deadline', async (t) => {
  const loopback = await Loopback.open();
  const removed: RemovedListener[] = [];
  const manager = new ConnectionManager({ bytesPerSecond: 1e9, onRemoved: (listener) => removed.push(listener) });
  const [frozen, slow, idle] = await pairs(loopback, 3);
  try {
    manager.addClient(frozen.socket, 'frozen');
    manager.addClient(slow.socket, 'slow');
    let next = 0;
    while (manager.snapshot().some(({ waitingBytes }) => waitingBytes === 0))
      manager.broadcast(numbered(next++, LONG_CHUNK_BYTES));
    manager.addClient(idle.socket, 'idle');

    const reader = new NumberedReader();
    const closed = manager.close(1500);
    t.is(manager.size, 0);
    slow.client.on('data', (data: Buffer) => reader.push(data));
    idle.client.resume();
    manager.broadcast(numbered(next, LONG_CHUNK_BYTES));
    await until('the slow one has ended', () => slow.client.readableEnded && idle.client.readableEnded);
    t.deepEqual([reader.fault, reader.first, reader.partBytes], ['', 0, 0]);
    t.true(reader.last < next);
    t.false(frozen.socket.destroyed, 'the frozen one still has its time');
    await within('everybody has left', closed);
    t.true([frozen, slow, idle].every(({ socket }) => socket.closed));
    t.deepEqual(
      removed.map(({ id, reason }) => `${id}: ${reason}`),
      ['frozen: shutdown', 'slow: shutdown', 'idle: shutdown'],
    );
  } finally {
    loopback.close();
  }
});

test('closing twice keeps the earlier deadline', async (t) => {
  const loopback = await Loopback.open();
  const manager = new ConnectionManager({ bytesPerSecond: 1e9 });
  const { socket } = await loopback.pair();
  try {
    manager.addClient(socket, 'frozen');
    while (manager.snapshot()[0]?.waitingBytes === 0) manager.broadcast(Buffer.alloc(LONG_CHUNK_BYTES));
    const long = manager.close(60_000);
    await within('the second close', manager.close(0));
    await within('the first close', long);
    t.true(socket.closed);
  } finally {
    loopback.close();
  }
});

test('a socket whose end is on its way is not reset: that would keep its descriptor open for good', async (t) => {
  const loopback = await Loopback.open();
  const farewells = new Farewells();
  const { socket, client } = await loopback.pair();
  try {
    client.resume();
    farewells.end(socket, 60_000);
    farewells.reset(socket);
    let left = false;
    void farewells.allLeft().then(() => {
      left = true;
    });
    await until('its socket has closed', () => left);
    t.true(socket.closed);
  } finally {
    loopback.close();
  }
});

test('a callback that throws is an uncaught error, but a hole in nobody’s stream', async (t) => {
  const program = `
    import { ConnectionManager } from ${JSON.stringify(new URL('../../src/connections/connection-manager.ts', import.meta.url))};
    import { FakeSocket } from ${JSON.stringify(new URL('./fake-socket.ts', import.meta.url))};
    process.on('uncaughtException', (error) => console.log('uncaught', error.message));
    const [bad, good] = [new FakeSocket({ ms: 0 }, 100), new FakeSocket({ ms: 0 }, 100)];
    const manager = new ConnectionManager({
      bytesPerSecond: 1000,
      onRemoved: () => { throw new Error('made up'); },
      write: (socket, data) => socket === bad ? -1 : socket.send(data),
    });
    manager.addClient(bad, 'bad');
    manager.addClient(good, 'good');
    manager.broadcast(Buffer.from('chunk'));
    console.log(good.bytesTaken, manager.size);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  t.is(stdout, '5 1\nuncaught made up\n');
});
