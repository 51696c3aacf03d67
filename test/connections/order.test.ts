import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { ConnectionManager } from '../../src/connections/connection-manager.ts';
import type { RemovedListener } from '../../src/connections/listener.ts';
import { Audience } from './audience.ts';
import { numbered } from './numbered.ts';
import type { Manner, Report } from './readers.ts';
import { fillKernel, Loopback } from './sockets.ts';

/** So fast that the kernel's buffers are full in a fraction of a second, which makes every pause a real wait. */
const CHUNK_BYTES = 20_000;
const CHUNKS_PER_TURN = 4;
const TURN_MS = 5;
const BYTES_PER_SECOND = (CHUNK_BYTES * CHUNKS_PER_TURN * 1000) / TURN_MS;
const RUN_MS = 2500;
const MANNERS: readonly Manner[] = ['steady', 'pausing', 'leaving', 'pausing', 'leaving', 'frozen'];

test('H7: pauses, delays and disconnects at random: nobody ever sees a hole, a repeat or part of a chunk', async (t) => {
  const loopback = await Loopback.open();
  const audience = new Audience(loopback);
  const removed = new Map<string, RemovedListener>();
  const joinedAt = new Map<number, number>();
  const manager = new ConnectionManager({
    bytesPerSecond: BYTES_PER_SECOND,
    stallMs: 2000,
    onRemoved: (listener) => removed.set(listener.id, listener),
  });
  let next = 0;
  const waited = new Set<string>();
  const air = setInterval(() => {
    for (let chunk = 0; chunk < CHUNKS_PER_TURN; chunk += 1) manager.broadcast(numbered(next++, CHUNK_BYTES));
    for (const { id, waitingBytes } of manager.snapshot()) if (waitingBytes > 0) waited.add(id);
  }, TURN_MS);
  try {
    for (let index = 0; index < 18; index += 1) {
      const manner = MANNERS[index % MANNERS.length] ?? 'steady';
      const socket = await audience.join(manner);
      if (manner === 'frozen') fillKernel(socket);
      // Whoever left before we could add it is no listener.
      if (manager.addClient(socket, `${manner} ${socket.remotePort}`)) joinedAt.set(socket.remotePort ?? 0, next);
    }
    await sleep(RUN_MS);
    clearInterval(air);
    const reports = await reportsAtTheEnd(audience, ({ manner, localPort, chunksTo }) => {
      return removed.has(`${manner} ${localPort}`) || (manner !== 'frozen' && chunksTo === next - 1);
    });
    const pausing = [...waited].filter((id) => id.startsWith('pausing'));
    t.true(pausing.length > 0, 'some that go on reading had to wait, so their own queues were used');
    for (const { manner, localPort, fault, chunksFrom, chunksTo } of reports) {
      const name = `${manner} ${localPort}`;
      t.is(fault, '', name);
      if (chunksFrom >= 0) t.is(chunksFrom, joinedAt.get(localPort) ?? -1, `${name} began with its join point`);
      if (!removed.has(name) && manner !== 'frozen') t.is(chunksTo, next - 1, `${name} has the last chunk`);
      if (manner === 'frozen') t.is(removed.get(name)?.reason, 'stalled', name);
      if (manner === 'leaving') t.true(!joinedAt.has(localPort) || removed.has(name), `${name} was noticed`);
      if (manner === 'steady') t.false(removed.has(name), name);
    }
    t.log({
      chunks: next,
      waited: [...waited],
      removed: [...removed.values()].map(({ id, reason }) => `${id}: ${reason}`),
    });
  } finally {
    clearInterval(air);
    await manager.close(0);
    audience.leave();
    loopback.close();
  }
});

/** Reports when everybody has `finished`, or after a time in which anybody should have. */
async function reportsAtTheEnd(audience: Audience, finished: (report: Report) => boolean): Promise<Report[]> {
  for (let round = 0; ; round += 1) {
    const reports = await audience.report();
    if (reports.every(finished) || round === 200) return reports;
    await sleep(50);
  }
}
