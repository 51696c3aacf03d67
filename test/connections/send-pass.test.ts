/** Attacks on the one file that knows descriptors. */
import { readdirSync } from 'node:fs';
import type net from 'node:net';
import { constants } from 'node:os';
import test, { type ExecutionContext } from 'ava';
import { ConnectionManager } from '../../src/connections/connection-manager.ts';
import type { RemovedListener } from '../../src/connections/listener.ts';
import { type FanOutCalls, SendError, SendPass } from '../../src/connections/send-pass.ts';
import { WriteCallError } from '../../src/connections/write-call.ts';
import { native } from '../../src/native.ts';
import { FakeFanOut } from './fake-fan-out.ts';
import { FakeSocket } from './fake-socket.ts';
import { NumberedReader, numbered } from './numbered.ts';
import { fillKernel, Loopback, pairs, turns, until } from './sockets.ts';

const { EMFILE, EPROTONOSUPPORT, EBADF } = constants.errno;

function newPass(calls?: FanOutCalls): SendPass<string> {
  return new SendPass(65_536, 9000, calls);
}

function descriptorOf(socket: net.Socket): number {
  return (socket as net.Socket & { _handle: { fd: number } })._handle.fd;
}

/** Opens what must be openable. */
function open<T>(pass: SendPass<T>, socket: net.Socket, owner: T) {
  const port = pass.open(socket, owner);
  if (!port) throw new Error(`${String(owner)} could not be opened`);
  return port;
}

function hear(client: net.Socket): () => string {
  let text = '';
  client.setEncoding('latin1').on('data', (data) => {
    text += data;
  });
  return () => text;
}

test.serial('a descriptor that is closed and given to another connection: what is sent never goes there', async (t) => {
  const loopback = await Loopback.open();
  const pass = newPass();
  const [first, helper, last] = await pairs(loopback, 3);
  try {
    const port = open(pass, first.socket, 'first');
    port.join();
    const heardByFirst = hear(first.client);
    const number = descriptorOf(first.socket);
    // Closed without anybody telling the pass, as if a part of the box had forgotten it.
    first.socket.destroy();
    await until('it is closed', () => first.socket.closed);
    const taken = await takeDescriptor(t, loopback, number);
    const heard = [helper, last, taken].map(({ client }) => hear(client));
    pass.sendAll(Buffer.from('only for the first'));
    await until('it is heard', () => heardByFirst() !== '');
    await turns(10);
    t.deepEqual(
      heard.map((text) => text()),
      ['', '', ''],
    );
    t.is(heardByFirst(), 'only for the first');
    port.close();
    await until('now the connection ends', () => first.client.readableEnded);
    t.deepEqual(pass.sendAll(Buffer.from('for nobody')), []);
  } finally {
    loopback.close();
  }
});

/** Makes connections until one has got the descriptor `number` on our side. */
async function takeDescriptor(t: ExecutionContext, loopback: Loopback, number: number) {
  for (let tries = 0; tries < 20; tries += 1) {
    const pair = await loopback.pair();
    if ([pair.socket, pair.client].some((socket) => descriptorOf(socket) === number)) {
      t.pass('the number is used again');
      return pair;
    }
  }
  throw new Error('the number was not used again');
}

test.serial('an id that is out of use is refused, even when its place is taken again', async (t) => {
  const loopback = await Loopback.open();
  const fan = native.fanOutOpen({ unsentBytes: 1000, deadAfterMs: 9000 });
  const [first, second, third] = await pairs(loopback, 3);
  try {
    const id = native.fanOutAdd(fan, descriptorOf(first.socket));
    t.is(native.fanOutRemove(fan, id), 0);
    const next = native.fanOutAdd(fan, descriptorOf(second.socket));
    t.not(next, id);
    t.is(native.fanOutJoin(fan, id), -EBADF);
    t.is(native.fanOutSend(fan, id, Buffer.from('x'), 0), -EBADF);
    t.is(native.fanOutTruth(fan, id, new Float64Array(9)), -EBADF);
    t.is(native.fanOutRemove(fan, id), -EBADF);
    t.is(native.fanOutJoin(fan, next), 0);
    t.is(native.fanOutSend(fan, next, Buffer.from('x'), 0), -EBADF, 'one way at a time');
    const closed = native.fanOutAdd(fan, descriptorOf(third.socket));
    native.fanOutClose(fan);
    t.throws(() => native.fanOutJoin(fan, closed), { message: /closed/ });
    t.throws(() => native.fanOutSendAll(fan, Buffer.from('x'), new Int32Array(8)), { message: /closed/ });
  } finally {
    loopback.close();
  }
});

test('arguments that cannot be are refused', (t) => {
  const fan = native.fanOutOpen({ unsentBytes: 1000, deadAfterMs: 9000 });
  const bad = (call: () => unknown) => t.throws(call, { any: true });
  bad(() => native.fanOutOpen({ unsentBytes: 0, deadAfterMs: 9000 }));
  bad(() => native.fanOutOpen({ unsentBytes: 1000, deadAfterMs: 0.5 }));
  bad(() => native.fanOutAdd({} as typeof fan, 0));
  bad(() => native.fanOutAdd(fan, -1));
  bad(() => native.fanOutSend(fan, 0, Buffer.from('abc'), 4));
  bad(() => native.fanOutSend(fan, 0, 'abc' as unknown as Buffer, 0));
  bad(() => native.fanOutTruth(fan, 0, new Float32Array(9) as unknown as Float64Array));
  t.is(native.fanOutAdd(fan, 0) < 0, true, 'standard input is no TCP connection');
  t.is(native.fanOutAdd(fan, 1_000_000), -EBADF);
});

test.serial('room for those who fall short is checked: no number is written past the end', async (t) => {
  const loopback = await Loopback.open();
  const fan = native.fanOutOpen({ unsentBytes: 1000, deadAfterMs: 9000 });
  const all = await pairs(loopback, 3);
  try {
    for (const { socket } of all) native.fanOutJoin(fan, native.fanOutAdd(fan, descriptorOf(socket)));
    t.throws(() => native.fanOutSendAll(fan, Buffer.from('x'), new Int32Array(5)), { instanceOf: RangeError });
    t.is(native.fanOutSendAll(fan, Buffer.from('x'), new Int32Array(6)), 0);
  } finally {
    native.fanOutClose(fan);
    loopback.close();
  }
});

test.serial('a chunk that is taken in part is never followed by the next one', async (t) => {
  const loopback = await Loopback.open();
  const pass = newPass();
  const [slow, quick, other] = await pairs(loopback, 3);
  try {
    const port = open(pass, slow.socket, 'slow');
    for (const one of [port, open(pass, quick.socket, 'quick'), open(pass, other.socket, 'other')]) one.join();
    const readers = [quick, other].map(({ client }) => {
      const reader = new NumberedReader();
      client.on('data', (data: Buffer) => reader.push(data));
      return reader;
    });
    let next = 0;
    let short: ReturnType<typeof pass.sendAll> = [];
    for (; short.length === 0; next += 1) {
      short = pass.sendAll(numbered(next, 20_000)).filter(({ owner }) => owner === 'slow');
      await turns(2);
    }
    const cut = next - 1;
    const taken = short[0]?.taken as number;
    for (; next < cut + 20; next += 1) {
      t.deepEqual(pass.sendAll(numbered(next, 20_000)), [], 'nothing more goes to it');
      await turns(2);
    }
    const reader = new NumberedReader();
    slow.client.on('data', (data: Buffer) => reader.push(data));
    await until('it has what it took', () => reader.last === cut - 1 && reader.partBytes === taken);
    t.is(reader.fault, '');
    // The rest by the other way, and it goes on as if nothing had been.
    t.is(port.send(numbered(cut, 20_000), taken), 20_000 - taken);
    port.join();
    t.throws(() => port.send(numbered(0, 20), 0), { instanceOf: SendError, message: /EBADF/ });
    await until('the torn chunk is whole', () => reader.last === cut);
    reader.last = next - 1; // It has missed those; what follows has to be whole again.
    pass.sendAll(numbered(next, 20_000));
    await until('all have it', () => [reader, ...readers].every(({ last }) => last === next));
    t.deepEqual(
      [reader, ...readers].map(({ fault }) => fault),
      ['', '', ''],
    );
  } finally {
    loopback.close();
  }
});

test.serial('a dead connection is told with the name of its error, once, and is out', async (t) => {
  const loopback = await Loopback.open();
  const pass = newPass();
  const { socket, client } = await loopback.pair();
  try {
    open(pass, socket, 'dead').join();
    client.resetAndDestroy();
    await until('its client is gone', () => client.closed);
    const errors: unknown[] = [];
    for (let tries = 0; tries < 50 && errors.length === 0; tries += 1) {
      errors.push(...pass.sendAll(Buffer.from('x')).map(({ taken }) => taken));
    }
    t.true(errors[0] instanceof SendError);
    t.regex((errors[0] as SendError).code, /^(EPIPE|ECONNRESET)$/);
    t.deepEqual(pass.sendAll(Buffer.from('x')), []);
  } finally {
    loopback.close();
  }
});

test.serial('what waits in a socket is not overtaken: it is no connection for the pass', async (t) => {
  const loopback = await Loopback.open();
  const { socket } = await loopback.pair();
  try {
    fillKernel(socket);
    t.true(socket.writableLength > 0);
    t.is(newPass().open(socket, 'busy'), undefined);
    const destroyed = (await loopback.pair()).socket.destroy();
    t.is(newPass().open(destroyed, 'destroyed'), undefined);
  } finally {
    loopback.close();
  }
});

test.serial('duplicates end with their ports: nothing is left open', async (t) => {
  const loopback = await Loopback.open();
  const pass = newPass();
  try {
    const all = await pairs(loopback, 5);
    const before = readdirSync('/proc/self/fd').length;
    for (let round = 0; round < 200; round += 1) {
      const ports = all.map(({ socket }, index) => open(pass, socket, String(index)));
      if (round === 0) t.is(readdirSync('/proc/self/fd').length, before + 5);
      for (const port of ports) port.close();
      ports[0]?.close();
    }
    t.is(readdirSync('/proc/self/fd').length, before);
  } finally {
    loopback.close();
  }
});

test('when no descriptor is left for a duplicate, a listener is served by its stream', async (t) => {
  const fake = new FakeSocket({ ms: 0 }, 1e6).describe(0);
  const calls = new FakeFanOut([fake]);
  const manager = new ConnectionManager({
    bytesPerSecond: 1000,
    fanOut: Object.assign(calls, { fanOutAdd: () => -EMFILE }),
  });
  t.true(manager.addClient(fake.asSocket(), 'one'));
  manager.broadcast(Buffer.from('chunk;'));
  manager.broadcast(Buffer.from('chunk;'));
  t.is(Buffer.concat(fake.taken).toString(), 'chunk;chunk;');
  await manager.close(0);
});

/** What a broken addon may say that a connection took of 10 bytes. */
const LIES = [11, 1e9, 1.5, Number.NaN, Number.POSITIVE_INFINITY, undefined, '5', null];

for (const lie of LIES) {
  test(`H11: a pass that says ${String(lie)} of 10 bytes were taken ends that listener and nobody else`, async (t) => {
    const fakes = [0, 1, 2].map((fd) => new FakeSocket({ ms: 0 }, 1e6).describe(fd));
    const removed: RemovedListener[] = [];
    const lies = new FakeFanOut(fakes, (socket, _data, taken) => (socket === fakes[1] ? (lie as number) : taken));
    // Numbers in an Int32Array are whole: what is none can only come from the other call.
    const manager = new ConnectionManager({
      bytesPerSecond: 1000,
      onRemoved: (listener) => removed.push(listener),
      fanOut: lies,
    });
    for (const [index, fake] of fakes.entries()) manager.addClient(fake.asSocket(), String(index), [Buffer.alloc(10)]);
    manager.broadcast(Buffer.alloc(10));
    t.deepEqual(
      removed.map(({ id, reason }) => `${id}: ${reason}`),
      ['1: write error'],
    );
    t.true(removed[0]?.error instanceof WriteCallError);
    t.deepEqual(
      [fakes[0], fakes[2]].map((fake) => fake?.bytesTaken),
      [20, 20],
    );
    t.is(lies.size, 2, 'and its duplicate is closed');
    await manager.close(0);
  });
}

test('H11: an addon that names a connection which it was not given is a bug that shows', (t) => {
  const fake = new FakeSocket({ ms: 0 }, 1e6).describe(0);
  const calls = new FakeFanOut([fake]);
  const pass = newPass(
    Object.assign(calls, {
      fanOutSendAll: (_fanOut: unknown, _data: Uint8Array, shorts: Int32Array) => {
        shorts.set([77, 0]);
        return 1;
      },
    }),
  );
  open(pass, fake.asSocket(), 'one').join();
  t.throws(() => pass.sendAll(Buffer.from('x')), { message: /named a connection/ });
});

test('an addon that refuses a socket for another reason than TLS leaves it to its stream', (t) => {
  const fake = new FakeSocket({ ms: 0 }, 1e6).describe(0);
  const calls = Object.assign(new FakeFanOut([fake]), { fanOutAdd: () => -EPROTONOSUPPORT });
  t.is(newPass(calls).open(fake.asSocket(), 'one'), undefined);
});
