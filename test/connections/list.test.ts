import { once } from 'node:events';
import type net from 'node:net';
import test from 'ava';
import { ConnectionManager } from '../../src/connections/connection-manager.ts';
import type { RemovedListener } from '../../src/connections/listener.ts';
import { socketWrite } from '../../src/connections/write-call.ts';
import { FakeSocket } from './fake-socket.ts';
import { Loopback, pairs, until } from './sockets.ts';

/** Everything a client has received, as text. */
function collect(client: net.Socket): () => string {
  let text = '';
  client.setEncoding('latin1').on('data', (data) => {
    text += data;
  });
  return () => text;
}

test('H1: an id twice, an unknown id, a dead socket, the same socket twice: each is refused and changes nothing', async (t) => {
  const loopback = await Loopback.open();
  const removed: RemovedListener[] = [];
  const manager = new ConnectionManager({ bytesPerSecond: 1e6, onRemoved: (listener) => removed.push(listener) });
  const other = new ConnectionManager({ bytesPerSecond: 1e6 });
  try {
    const one = await loopback.pair();
    const heard = collect(one.client);
    t.true(manager.addClient(one.socket, 'one'));
    const before = countListeners(one.socket);
    t.false(manager.addClient(one.socket, 'one'), 'the same again');
    t.false(manager.addClient(one.socket, 'two'), 'the same socket under another id');
    t.false(other.addClient(one.socket, 'one'), 'the same socket for another format');
    t.deepEqual(countListeners(one.socket), before);

    const second = await loopback.pair();
    const untouched = countListeners(second.socket);
    t.false(manager.addClient(second.socket, 'one'), 'the id is taken');
    t.deepEqual(countListeners(second.socket), untouched, 'the refused socket is as it was');
    t.true(second.socket.writable);
    t.true(manager.addClient(second.socket, 'two'), 'and can be added under an id of its own');

    const destroyed = await loopback.pair();
    destroyed.socket.destroy();
    t.false(manager.addClient(destroyed.socket, 'dead'));
    const ended = await loopback.pair();
    ended.socket.end();
    t.false(manager.addClient(ended.socket, 'ended'));
    const halfClosed = await loopback.pair();
    halfClosed.client.end();
    halfClosed.socket.resume();
    await once(halfClosed.socket, 'end');
    t.false(manager.addClient(halfClosed.socket, 'half-closed'));

    t.false(manager.removeClient('nobody'));
    t.is(manager.size, 2);
    t.deepEqual(
      manager.snapshot().map(({ id }) => id),
      ['one', 'two'],
    );
    manager.broadcast(Buffer.from('chunk;'));
    await until('it is heard', () => heard() !== '');
    t.true(manager.removeClient('one'));
    t.false(manager.removeClient('one'), 'a second removal');
    await until('the connection has ended', () => one.client.readableEnded);
    t.is(heard(), 'chunk;', 'once, not once for each attempt');
    t.deepEqual(
      removed.map(({ id, reason }) => `${id}: ${reason}`),
      ['one: removed'],
    );
  } finally {
    await Promise.all([manager.close(0), other.close(0)]);
    loopback.close();
  }
});

test('H4: addClient, removeClient and broadcast are all it takes, a frozen listener included', async (t) => {
  const loopback = await Loopback.open();
  const manager = new ConnectionManager({ bytesPerSecond: 1e9 });
  try {
    const frozen = await loopback.pair();
    const healthy = await loopback.pair();
    const leaving = await loopback.pair();
    const heard = collect(healthy.client);
    manager.addClient(frozen.socket, 'frozen');
    manager.addClient(healthy.socket, 'healthy');
    manager.addClient(leaving.socket, 'leaving');
    leaving.client.destroy();
    const chunk = Buffer.alloc(50_000, '.');
    let given = 0;
    // Nobody but broadcast is called, and nobody listens for anything.
    await until('the frozen one is gone', () => {
      manager.broadcast(chunk);
      given += chunk.length;
      return frozen.socket.destroyed;
    });
    await until('the healthy one has everything', () => heard().length === given);
    t.true(leaving.socket.destroyed);
    manager.removeClient('healthy');
    await until('the healthy one has ended', () => healthy.client.readableEnded);
    t.is(heard().length, given);
  } finally {
    await manager.close(0);
    loopback.close();
  }
});

test('H5: listeners that come and go inside a callback during a broadcast: who stays misses nothing, who comes begins with the next', async (t) => {
  const loopback = await Loopback.open();
  const [early, victim, late, witness, newcomer] = await pairs(loopback, 5);
  const manager = new ConnectionManager({
    bytesPerSecond: 1e6,
    onRemoved: ({ id }) => {
      if (id !== 'victim') return;
      // The first has had this chunk, the others have not.
      t.true(manager.removeClient('early'));
      t.true(manager.removeClient('late'));
      t.true(manager.addClient(newcomer.socket, 'early'), 'its id is free at once');
    },
    // The victim's write fails in the middle of the broadcast.
    write: (socket, data) => (socket === victim.socket ? -1 : socketWrite(socket, data)),
  });
  try {
    const heard = [early, late, witness, newcomer].map(({ client }) => collect(client));
    for (const [id, { socket }] of Object.entries({ early, victim, late, witness })) manager.addClient(socket, id);
    manager.broadcast(Buffer.from('1;'));
    t.deepEqual(
      manager.snapshot().map(({ id }) => id),
      ['witness', 'early'],
    );
    manager.broadcast(Buffer.from('2;'));
    await until('those who were removed have ended', () => early.client.readableEnded && late.client.readableEnded);
    await until('the others have the last chunk', () => heard.filter((text) => text().endsWith('2;')).length === 2);
    t.deepEqual(
      heard.map((text) => text()),
      ['1;', '', '1;2;', '2;'],
    );
  } finally {
    await manager.close(0);
    loopback.close();
  }
});

test('H10: each change is done when its callback runs, and a broadcast inside a broadcast keeps one order for all', async (t) => {
  const loopback = await Loopback.open();
  const [first, victim, last, before, after] = await pairs(loopback, 5);
  const seen: string[] = [];
  const manager = new ConnectionManager({
    bytesPerSecond: 1e6,
    onRemoved: ({ id, reason }) => {
      const listed = manager.snapshot().map((state) => state.id);
      seen.push(`${id} ${reason}, left: ${listed.join(' ')}, size ${manager.size}, again ${manager.removeClient(id)}`);
      if (id !== 'victim') return;
      manager.addClient(before.socket, 'before');
      manager.broadcast(Buffer.from('nested;'));
      manager.addClient(after.socket, 'after');
    },
    write: (socket, data) => (socket === victim.socket ? -1 : socketWrite(socket, data)),
  });
  try {
    const heard = [first, last, before, after].map(({ client }) => collect(client));
    for (const [id, { socket }] of Object.entries({ first, victim, last })) manager.addClient(socket, id);
    manager.broadcast(Buffer.from('1;'));
    manager.broadcast(Buffer.from('2;'));
    t.deepEqual(seen, ['victim write error, left: first last, size 2, again false']);
    await until('all have the last chunk', () => heard.every((text) => text().endsWith('2;')));
    t.deepEqual(
      heard.map((text) => text()),
      ['1;nested;2;', '1;nested;2;', 'nested;2;', '2;'],
    );
  } finally {
    await manager.close(0);
    loopback.close();
  }
});

test('H10: close() from inside a callback ends the broadcast for everybody, and nothing can be added any more', async (t) => {
  const loopback = await Loopback.open();
  const [victim, other, newcomer] = await pairs(loopback, 3);
  const seen: string[] = [];
  let closed: Promise<void> | undefined;
  const manager = new ConnectionManager({
    bytesPerSecond: 1e6,
    onRemoved: ({ id, reason }) => {
      seen.push(`${id}: ${reason}`);
      closed ??= manager.close(1000);
      t.false(manager.addClient(newcomer.socket, id));
      manager.broadcast(Buffer.from('too late;'));
    },
    write: (socket, data) => (socket === victim.socket ? -1 : socketWrite(socket, data)),
  });
  try {
    const heard = collect(other.client);
    manager.addClient(victim.socket, 'victim');
    manager.addClient(other.socket, 'other');
    manager.broadcast(Buffer.from('1;'));
    t.deepEqual(seen, ['victim: write error', 'other: shutdown']);
    await closed;
    await until('the other one has ended', () => other.client.readableEnded);
    t.is(heard(), '');
  } finally {
    await manager.close(0);
    loopback.close();
  }
});

test('chunks leave at once: TCP_NODELAY is set', async (t) => {
  const manager = new ConnectionManager({ bytesPerSecond: 1000 });
  const fake = new FakeSocket({ ms: 0 }, 100);
  t.true(manager.addClient(fake.asSocket(), 'one'));
  t.true(fake.noDelay);
  await manager.close(0);
});

function countListeners(socket: net.Socket): Record<string, number> {
  return Object.fromEntries(socket.eventNames().map((name) => [String(name), socket.listenerCount(name)]));
}
