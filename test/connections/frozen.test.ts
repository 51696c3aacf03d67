import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { ConnectionManager } from '../../src/connections/connection-manager.ts';
import type { RemovedListener } from '../../src/connections/listener.ts';
import { Audience } from './audience.ts';
import { numbered } from './numbered.ts';
import { Loopback, until } from './sockets.ts';

/** 48 kHz, 16 bits, two channels, in chunks of 10 ms. */
const WAV = { bytesPerSecond: 192_000, chunkMs: 10 };
const LIMITS = { backlogMs: 1500, stallMs: 250 };

/** Broadcasts numbered chunks in real time. */
class Air {
  next = 0;
  /** The most that a chunk was late, ms: the machine was busy. */
  worstLateMs = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(manager: ConnectionManager) {
    const startMs = performance.now();
    this.#timer = setInterval(() => {
      const nowMs = performance.now() - startMs;
      this.worstLateMs = Math.max(this.worstLateMs, nowMs - this.next * WAV.chunkMs);
      for (; this.next * WAV.chunkMs <= nowMs; this.next += 1)
        manager.broadcast(numbered(this.next, (WAV.bytesPerSecond * WAV.chunkMs) / 1000));
    }, WAV.chunkMs / 2);
  }

  end(): void {
    clearInterval(this.#timer);
  }
}

test.serial(
  'H3: who stands still for 500 ms less than the backlog loses nothing; who freezes is gone 100 ms after its time at the latest',
  async (t) => {
    const loopback = await Loopback.open();
    const audience = new Audience(loopback);
    const removed: RemovedListener[] = [];
    const manager = new ConnectionManager({ ...WAV, ...LIMITS, onRemoved: (listener) => removed.push(listener) });
    manager.addClient(await audience.join('steady'), 'one');
    const air = new Air(manager);
    try {
      await sleep(700);
      await audience.startGaps();
      audience.freeze();
      await sleep(LIMITS.backlogMs - 500);
      audience.unfreeze();
      const last = air.next;
      await until('it has caught up', () => (manager.snapshot()[0]?.behindMs ?? 0) < 100);
      await sleep(LIMITS.stallMs + 500);
      const [report] = await audience.report();
      t.is(report?.fault, '');
      t.true((report?.chunksTo ?? 0) > last && report?.chunksFrom === 0);
      t.true((report?.worstGapMs ?? 0) > LIMITS.backlogMs - 600, 'it did stand still');
      t.deepEqual(removed, []);

      air.worstLateMs = 0;
      audience.freeze();
      const frozeAtMs = performance.now();
      await until('it is removed', () => removed.length > 0);
      const tookMs = performance.now() - frozeAtMs;
      t.log({ tookMs, worstLateMs: air.worstLateMs });
      t.is(removed[0]?.reason, 'stalled');
      t.true(tookMs > LIMITS.backlogMs + LIMITS.stallMs - 100);
      t.true(tookMs < LIMITS.backlogMs + LIMITS.stallMs + 100 + air.worstLateMs);
    } finally {
      audience.unfreeze();
      audience.leave();
      air.end();
      await manager.close(0);
      loopback.close();
    }
  },
);

/** The kernel fills the segment that it has begun, and on the loopback one is so long, bytes. */
const SEGMENT_BYTES = 65_536;

for (const bytesPerSecond of [8000, 16_000, 40_000, 192_000])
  test.serial(
    `what the kernel holds unsent is a quarter of the backlog, and a segment, at ${bytesPerSecond} bytes/s`,
    async (t) => {
      const loopback = await Loopback.open();
      const manager = new ConnectionManager({ bytesPerSecond, ...LIMITS });
      try {
        const { socket } = await loopback.pair();
        manager.addClient(socket, 'frozen');
        const chunk = Buffer.alloc(417);
        let held = 0;
        for (let round = 0; round < 2000 && manager.size > 0; round += 1) {
          while (manager.snapshot()[0]?.waitingBytes === 0) manager.broadcast(chunk);
          held = Math.max(held, manager.snapshot()[0]?.kernel?.unsentBytes ?? 0);
          if (held > 0) await sleep(1);
          else manager.broadcast(chunk);
          if (round > 50 && held > 0) break;
        }
        t.true(held > 0, 'it was full');
        const quarterBytes = Math.min(65_536, (bytesPerSecond * LIMITS.backlogMs) / 4000);
        t.true(held <= quarterBytes + SEGMENT_BYTES, `${held}`);
      } finally {
        await manager.close(0);
        loopback.close();
      }
    },
  );
