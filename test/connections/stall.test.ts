import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { ConnectionManager, type ConnectionManagerOptions } from '../../src/connections/connection-manager.ts';
import type { RemovedListener } from '../../src/connections/listener.ts';
import { socketWrite } from '../../src/connections/write-call.ts';
import { Audience } from './audience.ts';
import { fillKernel, Loopback, until } from './sockets.ts';

const CHUNK = Buffer.alloc(2000, '.');

interface Setting {
  readonly loopback: Loopback;
  readonly removed: RemovedListener[];
  readonly manager: ConnectionManager;
  end(): Promise<void>;
}

async function setting(options: ConnectionManagerOptions): Promise<Setting> {
  const loopback = await Loopback.open();
  const removed: RemovedListener[] = [];
  const manager = new ConnectionManager({ ...options, onRemoved: (listener) => removed.push(listener) });
  const end = async () => {
    await manager.close(0);
    loopback.close();
  };
  return { loopback, removed, manager, end };
}

/** Broadcasts until something waits for the listener in the box. */
function fillByBroadcast({ manager }: Setting, id: string): void {
  while (manager.snapshot().find((state) => state.id === id)?.waitingBytes === 0) manager.broadcast(CHUNK);
}

/** The same until both kernels are full: the listener's finds more room for a while, although nobody reads. */
async function fillForGood(here: Setting, id: string): Promise<void> {
  const { manager } = here;
  for (let round = 0; round < 100; round += 1) {
    fillByBroadcast(here, id);
    await sleep(50);
    if (manager.snapshot().find((state) => state.id === id)?.waitingBytes !== 0) return;
  }
  throw new Error('the kernels took everything');
}

test.serial(
  'H3: who takes nothing for backlog and stall time together is removed, without a further broadcast, and not before',
  async (t) => {
    const here = await setting({ bytesPerSecond: 1e9, backlogMs: 300 });
    try {
      const frozen = await here.loopback.pair();
      const reading = await here.loopback.pair();
      reading.client.resume();
      here.manager.addClient(frozen.socket, 'frozen');
      here.manager.addClient(reading.socket, 'reading');
      // As fast as this the reading one must wait as well, again and again; it takes what it is given.
      await fillForGood(here, 'frozen');
      const waitsMs = here.manager.snapshot()[0]?.behindMs ?? 0;
      const beganAtMs = performance.now() - waitsMs;
      await until('the frozen one is removed', () => here.removed.length > 0);
      const goneAfterMs = performance.now() - beganAtMs;
      t.deepEqual(
        here.removed.map(({ id, reason }) => `${id}: ${reason}`),
        ['frozen: stalled'],
      );
      const [gone] = here.removed;
      t.true((gone?.quietMs ?? 0) > 550, 'not before its time');
      t.log({ goneAfterMs, quietMs: gone?.quietMs });
      // How much of it the kernels took is theirs to say; the program took none of it.
      t.true((gone?.backlogBytes ?? 0) >= CHUNK.length, 'one chunk waited');
      t.is(gone?.takenBytes, (gone?.givenBytes ?? 0) - (gone?.backlogBytes ?? 0));
      t.is(gone?.remoteAddress, '127.0.0.1');
      await sleep(600);
      t.deepEqual(here.removed.slice(1), [], 'who waits for nothing can wait for ever');
    } finally {
      await here.end();
    }
  },
);

test.serial('H3: what the socket already held when it was added counts as waiting', async (t) => {
  const here = await setting({ bytesPerSecond: 1e9, backlogMs: 0 });
  try {
    const { socket } = await here.loopback.pair();
    fillKernel(socket);
    const heldBytes = socket.writableLength;
    here.manager.addClient(socket, 'frozen');
    t.is(here.manager.snapshot()[0]?.backlogBytes, heldBytes);
    // Only what waits behind it shows that there is a stream that it does not take.
    here.manager.broadcast(CHUNK);
    await until('it is removed', () => here.removed.length > 0);
    t.is(here.removed[0]?.reason, 'stalled');
    t.is(here.removed[0]?.givenBytes, heldBytes + CHUNK.length);
  } finally {
    await here.end();
  }
});

test.serial(
  'H3: who reads slowly but steadily is not stalled; it is too far behind when more waits than may wait',
  async (t) => {
    const bytesPerSecond = 20e6;
    const limits = { stallMs: 300, backlogMs: 700 };
    const here = await setting({ bytesPerSecond, ...limits });
    const { socket, client } = await here.loopback.pair();
    client.on('readable', () => {});
    const reading = setInterval(() => client.read(), 10);
    try {
      here.manager.addClient(socket, 'slow');
      const chunk = Buffer.alloc(50_000);
      const startMs = performance.now();
      let givenBytes = 0;
      let worstWaitingBytes = 0;
      await until('it is removed', () => {
        for (; givenBytes < ((performance.now() - startMs) / 1000) * bytesPerSecond; givenBytes += chunk.length) {
          here.manager.broadcast(chunk);
          worstWaitingBytes = Math.max(worstWaitingBytes, here.manager.snapshot()[0]?.waitingBytes ?? 0);
        }
        return here.removed.length > 0;
      });
      t.deepEqual(
        here.removed.map(({ id, reason }) => `${id}: ${reason}`),
        ['slow: too far behind'],
      );
      const [gone] = here.removed;
      t.true((gone?.quietMs ?? 0) < limits.stallMs + limits.backlogMs, 'it lived');
      const limitBytes = (bytesPerSecond * (limits.stallMs + limits.backlogMs)) / 1000;
      t.true((gone?.behindMs ?? 0) > 1000 || (gone?.backlogBytes ?? 0) > limitBytes);
      t.true(worstWaitingBytes <= limitBytes, 'nobody is kept who has more waiting than that');
    } finally {
      clearInterval(reading);
      await here.end();
    }
  },
);

test.serial(
  'H3: what waits is bounded in bytes, too: faster than its bitrate a stream leaves nobody behind for long',
  async (t) => {
    const here = await setting({ bytesPerSecond: 1e6, backlogMs: 1000 });
    try {
      const { socket } = await here.loopback.pair();
      here.manager.addClient(socket, 'frozen');
      const chunk = Buffer.alloc(200_000);
      for (let count = 0; count < 100 && here.removed.length === 0; count += 1) here.manager.broadcast(chunk);
      t.deepEqual(
        here.removed.map(({ id, reason }) => `${id}: ${reason}`),
        ['frozen: too far behind'],
      );
      t.true((here.removed[0]?.waitingBytes ?? 0) <= 1.25e6 + chunk.length);
    } finally {
      await here.end();
    }
  },
);

for (const write of [undefined, socketWrite])
  test.serial(
    `H3: an event loop that was blocked makes nobody stalled who took its bytes meanwhile (${write ? 'write' : 'pass'})`,
    async (t) => {
      const here = await setting({ bytesPerSecond: 1e9, backlogMs: 0, ...(write && { write }) });
      const audience = new Audience(here.loopback);
      try {
        // Judged by the timer, which runs before the kernel is asked, and by a broadcast in the midst of the kernel's news.
        for (const judge of ['timer', 'broadcast']) {
          const socket = await audience.join('frozen');
          here.manager.addClient(socket, judge);
          // We go on in the callback of this answer; the listener reads everything while we are busy.
          await audience.thaw(100);
          fillByBroadcast(here, judge);
          block(1200);
          if (judge === 'broadcast') here.manager.broadcast(CHUNK);
          await until('it has taken everything', () =>
            here.manager.snapshot().every((state) => state.backlogBytes === 0),
          );
          t.deepEqual(here.removed, [], judge);
          here.manager.removeClient(judge);
          here.removed.length = 0;
        }
      } finally {
        audience.leave();
        await here.end();
      }
    },
  );

test.serial('H3: what comes before the first chunk goes in pieces, each of which is progress', async (t) => {
  const here = await setting({ bytesPerSecond: 1e9, stallMs: 5000 });
  try {
    const { socket, client } = await here.loopback.pair();
    let text = '';
    client.on('data', (data) => {
      text += data.toString('latin1');
    });
    socket.write('head;');
    const heldBytes = fillKernel(socket) + socket.writableLength + 'head;'.length;
    const burst = ['burst 1;', 'burst 2;'].map((part) => Buffer.from(part));
    t.true(here.manager.addClient(socket, 'one', burst));
    t.is(here.manager.snapshot()[0]?.waitingBytes, socket.writableLength + 16);
    here.manager.broadcast(Buffer.from('chunk;'));
    await until('it has everything', () => text.endsWith('chunk;'));
    t.is(text.length, heldBytes + 'burst 1;burst 2;chunk;'.length);
    t.true(text.startsWith('head;') && text.endsWith('burst 1;burst 2;chunk;'));
    // From its stream it has come into the pass, and the count goes on where it was.
    await until('all of it is acknowledged', () => here.manager.snapshot()[0]?.backlogBytes === 0);
    t.not(here.manager.snapshot()[0]?.kernel, undefined);
    t.deepEqual(here.removed, []);
  } finally {
    await here.end();
  }
});

test.serial(
  'H9: the socket of a stalled listener is destroyed, its kernel buffers with it, and its reason is recorded once',
  async (t) => {
    const here = await setting({ bytesPerSecond: 1e9, backlogMs: 0 });
    try {
      const { socket, client } = await here.loopback.pair();
      here.manager.addClient(socket, 'frozen');
      await fillForGood(here, 'frozen');
      await until('its socket has closed', () => socket.closed && !here.manager.size);
      t.is(here.removed.length, 1);
      t.is(here.removed[0]?.reason, 'stalled');
      t.deepEqual(here.manager.snapshot(), []);
      // Only now does it read: what is left for it is what had reached its own side.
      let readBytes = 0;
      let code = '';
      client.on('data', (data) => {
        readBytes += data.length;
      });
      client.on('error', (error: NodeJS.ErrnoException) => {
        code = error.code ?? '';
      });
      client.resume();
      await until('it hears of its end', () => client.closed);
      t.is(code, 'ECONNRESET');
      t.true((here.removed[0]?.kernel?.unsentBytes ?? 0) > 0);
      t.true(readBytes <= (here.removed[0]?.takenBytes ?? 0), 'the kernel dropped what it held');
    } finally {
      await here.end();
    }
  },
);

/** Keeps this thread busy. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
