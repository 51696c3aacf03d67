/** Connections that the pass over the descriptors must leave alone. */
import { once } from 'node:events';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import test from 'ava';
import { ConnectionManager } from '../../src/connections/connection-manager.ts';
import type { RemovedListener } from '../../src/connections/listener.ts';
import { SendPass } from '../../src/connections/send-pass.ts';
import { NumberedReader, numbered } from './numbered.ts';
import { Loopback, type Pair, turns, until } from './sockets.ts';

/** Both ends of a connection, and how it is ended with its server. */
interface ClosablePair extends Pair {
  close(): void;
}

function end(client: net.Socket, server: net.Server): void {
  client.destroy();
  server.close();
}

/** Both ends of a TLS connection, without certificates: a key that both know. */
async function tlsPair(): Promise<ClosablePair> {
  const psk = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
  const options = { ciphers: 'PSK-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' as const };
  const server = tls.createServer({ ...options, pskCallback: () => psk });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = tls.connect({
    ...options,
    port: (server.address() as net.AddressInfo).port,
    host: '127.0.0.1',
    pskCallback: () => ({ psk, identity: 'test' }),
    checkServerIdentity: () => undefined,
  });
  client.on('error', () => {});
  const [[socket]] = await Promise.all([once(server, 'secureConnection'), once(client, 'secureConnect')]);
  return { socket, client, close: () => end(client, server) };
}

/** Both ends of a TCP connection. */
async function plainPair(): Promise<ClosablePair> {
  const loopback = await Loopback.open();
  return { ...(await loopback.pair()), close: () => loopback.close() };
}

/** Both ends of a connection by a path. */
async function unixPair(): Promise<ClosablePair> {
  const server = net.createServer({ allowHalfOpen: true });
  server.listen(join(tmpdir(), `boardfeed-pass-${process.pid}.sock`));
  await once(server, 'listening');
  const client = net.connect({ path: server.address() as string, allowHalfOpen: true });
  const [[socket]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
  return { socket, client, close: () => end(client, server) };
}

for (const [name, makePair] of Object.entries({ tls: tlsPair, unix: unixPair })) {
  test.serial(
    `${name}: never goes past Node; it gets every chunk by its stream, and a frozen one is dropped`,
    async (t) => {
      const healthy = await makePair();
      const pass = new SendPass(65_536, 9000);
      t.is(pass.open(healthy.socket, name), undefined);
      healthy.close();
      await until('it is closed', () => healthy.client.closed);

      const reading = await makePair();
      const removed: RemovedListener[] = [];
      const manager = new ConnectionManager({
        bytesPerSecond: 1e9,
        backlogMs: 300,
        onRemoved: (listener) => removed.push(listener),
      });
      try {
        const reader = new NumberedReader();
        reading.client.on('data', (data: Buffer) => reader.push(data));
        t.true(manager.addClient(reading.socket, 'reading', [numbered(0, 100)]));
        for (let number = 1; number < 300; number += 1) {
          manager.broadcast(numbered(number, 5000));
          if (number % 10 === 0) await turns(1);
        }
        await until('it has everything', () => reader.last === 299);
        t.deepEqual([reader.first, reader.fault, removed.length], [0, '', 0]);
        t.is(manager.snapshot()[0]?.kernel, undefined);
        reading.client.pause();
        await until('it is dropped', () => {
          if ((manager.snapshot()[0]?.waitingBytes ?? 0) < 1e6) manager.broadcast(numbered(300, 50_000));
          return removed.length > 0;
        });
        t.is(removed[0]?.reason, 'stalled');
      } finally {
        await manager.close(0);
        reading.close();
      }
    },
  );
}

test.serial('tls: the kernel holds no more for a frozen one than without TLS', async (t) => {
  const heldBytes: Record<string, number> = {};
  for (const [name, makePair] of Object.entries({ plain: plainPair, tls: tlsPair })) {
    const { socket, client, close } = await makePair();
    client.pause();
    const manager = new ConnectionManager({ bytesPerSecond: 200_000 });
    manager.addClient(socket, name);
    const waiting = () => manager.snapshot()[0]?.waitingBytes ?? 0;
    // What the kernel takes in the end, it takes after some turns.
    for (let number = 0; waiting() === 0 && number < 10_000; number += 1) {
      manager.broadcast(numbered(number, 5000));
      await turns(3);
    }
    await sleep(100);
    heldBytes[name] = (manager.snapshot()[0]?.givenBytes ?? 0) - waiting();
    await manager.close(0);
    close();
  }
  t.log(heldBytes);
  t.true((heldBytes.tls ?? 0) < 2 * (heldBytes.plain ?? 0));
});
