import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import test from 'ava';
import { buildPrograms, type Programs } from '../../bench/fanout/build.ts';
import { churn } from '../../bench/fanout/churning.ts';
import { complaint, figuresOf } from '../../bench/fanout/figures.ts';
import { Load } from '../../bench/fanout/load.ts';
import { type Measured, measure } from '../../bench/fanout/measure.ts';
import { startBoxProcess, startFloor, startStampedBox } from '../../bench/fanout/servers.ts';
import { STREAMS, StampedFrames } from '../../bench/fanout/stamped.ts';
import { until } from '../support/processes.ts';

const LOAD = { listeners: 20, frozen: 5, seconds: 2, warmMs: 200 };
let programs: Programs;

test.before(async () => {
  programs = await buildPrograms();
});
test.after.always(() => programs?.remove());

for (const [name, start] of [
  ['the box', startStampedBox(0)],
  ['the C floor', startFloor(1)],
] as const) {
  test.serial(`load on ${name}: healthy listeners hear every frame while others freeze`, async (t) => {
    const measured: Measured = await measure(programs, start, STREAMS.mp3, LOAD);
    const { load, heldConnections } = measured;
    t.is(complaint(measured), undefined);
    t.is(load.frozen.length, 5);
    t.is(heldConnections, 20 - load.frozen.filter(({ droppedMs }) => droppedMs !== null).length);
    // A frame comes every 26 ms to each of 15: two thirds of them are enough on a machine that is busy.
    const heard = load.latencyUs.reduce((sum, [, , count]) => sum + count, 0);
    t.true(heard > (2 / 3) * 15 * (load.measuredMs / 26.13), `${heard} frames in ${load.measuredMs} ms`);
    const { p50Ms, p99Ms, maxMs, cpuMsPerS } = figuresOf(measured);
    t.true(p50Ms > 0 && p50Ms <= p99Ms && p99Ms <= maxMs * 1.01, `${p50Ms} ${p99Ms} ${maxMs}`);
    t.true(cpuMsPerS > 0 && cpuMsPerS < 2000, `${cpuMsPerS} ms/s`);
  });
}

test.serial('a server that keeps the frozen is told from one that drops them', async (t) => {
  // The floor never drops anybody; what it does not hear of is not counted as dropped either.
  const { load } = await measure(programs, startFloor(1), STREAMS.wav, { ...LOAD, seconds: 1 });
  t.true(load.frozen.every(({ droppedMs }) => droppedMs === null));
});

test.serial('a frozen listener sees the end of its connection without reading: by a reset, and by a FIN', async (t) => {
  const frames = new StampedFrames(STREAMS.mp3);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.write('HTTP/1.0 200 OK\r\n\r\n');
    sockets.add(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const beat = setInterval(() => {
    const frame = frames.next();
    for (const socket of sockets) if (socket.writable) socket.write(frame);
  }, 10);
  const { port } = server.address() as AddressInfo;
  const load = new Load(programs, { port, path: '/' }, STREAMS.mp3, { ...LOAD, ordinary: true });
  try {
    await load.measuring();
    await setTimeout(300);
    for (const socket of sockets) {
      // The first listeners freeze; each has an address of its own. A FIN passes only where the receive buffer has room.
      const number = Number(/^127\.1\.0\.(\d+)$/.exec(socket.remoteAddress ?? '')?.[1]) - 1;
      if (number < 4 && number % 2 === 0) socket.resetAndDestroy();
      else if (number < 4) socket.end();
    }
    await load.measured();
    const { frozen, healthyGone, lostFrames } = await load.finish();
    t.deepEqual([healthyGone, lostFrames], [0, 0]);
    t.deepEqual(
      frozen.map(({ droppedMs }) => droppedMs !== null),
      [true, true, true, true, false],
    );
    for (const { droppedMs, tookMs } of frozen) t.true(droppedMs === null || (droppedMs > 200 && droppedMs >= tookMs));
  } finally {
    clearInterval(beat);
    await load.stop();
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

test.serial('a box that was left in all ugly ways holds nothing afterwards', async (t) => {
  const box = await startBoxProcess(STREAMS.mp3, 0);
  try {
    const { ways, failed } = await churn(programs, box, { count: 100, inFlight: 50, perSecond: 0, seed: 1 });
    t.is(failed, 0);
    t.is(
      Object.values(ways).reduce((sum, times) => sum + times),
      100,
    );
    t.is(Object.keys(ways).length, 8);
    // Who vanished without a packet is noticed with the next frame that is sent to it.
    await until('the box forgets them', async () => (await box.boxMemory()).listeners === 0, 5000);
  } finally {
    await box.stop();
  }
});
