/** Listeners that take too little: their link is too slow, or their program stands still. */
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../../src/pcm.ts';
import { until } from '../support/processes.ts';
import { linkTest } from './link-test.ts';
import { Listeners, Sender } from './stage.ts';

const LIMITS = { stallMs: 250, backlogMs: 2500 };
/** 128 kbit/s in frames of 24 ms, as MP3 has them. */
const MP3 = { bytesPerSecond: 16_000, chunkMs: 24, ...LIMITS };
/** 512 kbit/s in chunks of more than two segments. */
const LARGE = { bytesPerSecond: 64_000, chunkMs: 50, ...LIMITS };
/** How much later than its time a listener may be dropped, ms; what the machine itself was late comes on top. */
const DROP_SLACK_MS = 100;
/** A machine may take that long to acknowledge what its program has already read, ms. */
const ACK_MS = 80;

linkTest(
  'a link below the bitrate: behindMs grows as the listener falls behind, until it is dropped',
  async (t, link) => {
    const settings = { ...LARGE, chunkMs: 25 };
    const sender = await Sender.start(link, settings);
    const listeners = Listeners.start(link, 'far', sender);
    const id = await listeners.join();
    await sleep(500);
    await link.rate((settings.bytesPerSecond * 8) / 1000 / 2);
    const samples: { atLeastMs: number; behindMs: number; atMostMs: number }[] = [];
    for (;;) {
      const before = await listeners.report(id);
      const { listeners: served, lastChunk } = await sender.report();
      const after = await listeners.report(id);
      const behindMs = served[0]?.behindMs;
      if (behindMs === undefined) break;
      // What it lacked a moment later and a moment before. The oldest chunk may have been sent late, by less than its length.
      const lackedMs = (chunksTo: number) => (lastChunk - chunksTo) * settings.chunkMs;
      samples.push({ atLeastMs: lackedMs(after.chunksTo + 2), behindMs, atMostMs: lackedMs(before.chunksTo) + ACK_MS });
      await sleep(100);
    }
    const [dropped] = (await sender.report()).removed;
    t.log(samples.filter((_, index) => index % 5 === 0));
    t.deepEqual([dropped?.id, dropped?.reason], [id, 'too far behind']);
    t.true((dropped?.behindMs ?? 0) > settings.backlogMs);
    t.true(samples.length > 10);
    const wrong = samples.filter(({ atLeastMs, behindMs, atMostMs }) => behindMs < atLeastMs || behindMs > atMostMs);
    t.deepEqual(wrong, [], 'what is said is what the listener lacks');
  },
);

/*
 * In whole segments. A machine that gets small ones (below about 1 kB) may go on promising more room for a long time, and then
 * looks from here like one whose program reads. It takes everything, which costs nobody anything.
 */
linkTest(
  'a frozen program on a good link: dropped in time as stalled, however much its machine takes',
  async (t, link) => {
    const sender = await Sender.start(link, LARGE);
    const listeners = Listeners.start(link, 'far', sender);
    const id = await listeners.join();
    await sleep(1000);
    const frozeAtMs = monotonicMs();
    listeners.process.child.kill('SIGSTOP');
    const [dropped] = await sender.untilRemoved(1);
    const tookMs = (dropped?.atMs ?? 0) - frozeAtMs;
    const { worstLateMs } = await sender.report();
    t.log({ tookMs, worstLateMs, dropped });
    t.deepEqual([dropped?.id, dropped?.reason], [id, 'stalled']);
    t.true(tookMs < LARGE.backlogMs + LARGE.stallMs + DROP_SLACK_MS + worstLateMs, 'in time');
    t.true(tookMs > LARGE.backlogMs - 500, 'and not before');
  },
);

for (const [name, settings] of Object.entries({ MP3, LARGE })) {
  linkTest(`a program that stands still for 500 ms less than the backlog loses nothing: ${name}`, async (t, link) => {
    const sender = await Sender.start(link, settings);
    const listeners = Listeners.start(link, 'far', sender);
    const id = await listeners.join();
    await sleep(1000);
    await listeners.startGaps();
    listeners.process.child.kill('SIGSTOP');
    await sleep(settings.backlogMs - 500);
    listeners.process.child.kill('SIGCONT');
    const { lastChunk } = await sender.report();
    await until('it has caught up', async () => (await listeners.report(id)).chunksTo > lastChunk || 'not yet');
    await sleep(settings.stallMs + 500);
    const { fault, closed, worstGapMs } = await listeners.report(id);
    t.true(worstGapMs > settings.backlogMs - 600, 'it did stand still');
    t.deepEqual({ fault, closed }, { fault: '', closed: false });
    t.deepEqual((await sender.report()).removed, []);
  });
}
