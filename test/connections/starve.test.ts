import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { ConnectionManager } from '../../src/connections/connection-manager.ts';
import type { RemovedListener } from '../../src/connections/listener.ts';
import { Audience } from './audience.ts';
import { numbered } from './numbered.ts';
import type { Report } from './readers.ts';
import { Loopback, until } from './sockets.ts';

/** 48 kHz, 16 bits, two channels. */
const WAV_BYTES_PER_SECOND = 192_000;
const CHUNK_MS = 10;
const CHUNK_BYTES = (WAV_BYTES_PER_SECOND * CHUNK_MS) / 1000;
const HEALTHY = 20;
const PHASE_MS = 2500;
const LIMIT_MS = 25_000;
/** Together long, so that waiting for the frozen one cannot be mistaken for a hiccup of the machine. */
const STALL_MS = 250;
const BACKLOG_MS = 1000;

/** Broadcasts in real time, for at least PHASE_MS, until `over`. Tells the longest that one call took, ms. */
async function onAir(
  manager: ConnectionManager,
  from: number,
  over: () => boolean,
): Promise<{ next: number; worstCallMs: number }> {
  const startMs = performance.now();
  let next = from;
  let worstCallMs = 0;
  for (let elapsedMs = 0; elapsedMs < PHASE_MS || !over(); elapsedMs = performance.now() - startMs) {
    if (elapsedMs > LIMIT_MS) throw new Error('on air for too long');
    while ((next - from) * CHUNK_MS <= elapsedMs) {
      const calledMs = performance.now();
      manager.broadcast(numbered(next, CHUNK_BYTES));
      worstCallMs = Math.max(worstCallMs, performance.now() - calledMs);
      next += 1;
    }
    await sleep(CHUNK_MS / 2);
  }
  return { next, worstCallMs };
}

test('H2, H6: one listener stops reading at WAV rate while 20 others read: nobody notices, and it is dropped', async (t) => {
  const loopback = await Loopback.open();
  const audience = new Audience(loopback);
  const removed: RemovedListener[] = [];
  const manager = new ConnectionManager({
    bytesPerSecond: WAV_BYTES_PER_SECOND,
    stallMs: STALL_MS,
    backlogMs: BACKLOG_MS,
    onRemoved: (listener) => removed.push(listener),
  });
  try {
    for (let index = 0; index < HEALTHY; index += 1) {
      t.true(manager.addClient(await audience.join('steady'), `healthy ${index}`));
    }
    await audience.startGaps();
    const without = await onAir(manager, 0, () => true);
    const worstGapWithoutMs = worstGap(await audience.report());

    t.true(manager.addClient(await audience.join('frozen'), 'frozen'));

    await audience.startGaps();
    const withFrozen = await onAir(manager, without.next, () => removed.length > 0);
    const reports = await audience.report();
    const worstGapWithMs = worstGap(reports);

    t.deepEqual(
      removed.map(({ id, reason }) => `${id}: ${reason}`),
      ['frozen: stalled'],
    );
    const waitedMs = removed[0]?.quietMs ?? 0;
    t.true(waitedMs > STALL_MS + BACKLOG_MS);
    t.true((removed[0]?.takenBytes ?? 0) > 0, 'it took some of the stream before it stopped');
    t.log({ worstGapWithoutMs, worstGapWithMs, waitedMs, calls: [without.worstCallMs, withFrozen.worstCallMs] });
    t.deepEqual(
      {
        'H2: the others got every chunk in time': worstGapWithMs < Math.max(4 * worstGapWithoutMs, waitedMs / 4),
        'H6: broadcast did not wait': withFrozen.worstCallMs < Math.max(4 * without.worstCallMs, waitedMs / 4),
      },
      { 'H2: the others got every chunk in time': true, 'H6: broadcast did not wait': true },
    );
    await until('everybody has everything', () => manager.snapshot().every(({ backlogBytes }) => backlogBytes === 0));
    for (let round = 0; round < 100 && (await audience.report()).some(lacks(withFrozen.next - 1)); round += 1)
      await sleep(50);
    for (const { manner, fault, chunksFrom, chunksTo } of await audience.report()) {
      if (manner === 'steady') t.deepEqual([fault, chunksFrom, chunksTo], ['', 0, withFrozen.next - 1]);
    }
  } finally {
    await manager.close(0);
    audience.leave();
    loopback.close();
  }
});

function worstGap(reports: Awaited<ReturnType<Audience['report']>>): number {
  return Math.max(...reports.filter(({ manner }) => manner === 'steady').map(({ worstGapMs }) => worstGapMs));
}

function lacks(last: number): (report: Report) => boolean {
  return ({ manner, chunksTo }) => manner === 'steady' && chunksTo !== last;
}
