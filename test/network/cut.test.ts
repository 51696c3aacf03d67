/** A link that is cut: nothing says so, neither a RST nor an ICMP message. */
import { release } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../../src/pcm.ts';
import { until } from '../support/processes.ts';
import { linkTest } from './link-test.ts';
import { Listeners, Sender } from './stage.ts';

/** 128 kbit/s in frames of 24 ms, as MP3 has them. */
const MP3 = { bytesPerSecond: 16_000, chunkMs: 24, stallMs: 250 };
/** How much later than its time a listener may be dropped, ms; what the machine itself was late comes on top. */
const DROP_SLACK_MS = 100;
/** A dead peer is noticed within that time, whatever the backlog, ms. */
const DEAD_PEER_MS = 10_000;

/** Linux 6.15 and later can be told to try a dead link again once a second; earlier ones wait for ever longer times. */
const [major = 0, minor = 0] = release().split('.').map(Number);
const TRIES_EVERY_SECOND = major > 6 || (major === 6 && minor >= 15);

linkTest('a link that is cut for a while and mended: the listener stays and loses nothing', async (t, link) => {
  // A kernel that tries again after 0.2, 0.4, 0.8 s and so on may take as long again to notice as the cut was.
  const cutMs = TRIES_EVERY_SECOND ? 3000 : 1800;
  const sender = await Sender.start(link, { ...MP3, backlogMs: 4000 });
  const listeners = Listeners.start(link, 'far', sender);
  const id = await listeners.join();
  await until('it hears', async () => (await listeners.report(id)).chunksTo > 20);
  await link.cut();
  await sleep(cutMs);
  const { behindMs } = await sender.figures();
  const { toFar } = await link.mend();
  t.true(toFar.droppedSegments > 0);
  const { lastChunk } = await sender.report();
  await until('it has caught up', async () => (await listeners.report(id)).chunksTo > lastChunk || 'not yet');
  const { fault, closed, worstGapMs } = await listeners.report(id);
  t.log({ behindMs, worstGapMs });
  t.deepEqual({ fault, closed }, { fault: '', closed: false });
  t.deepEqual((await sender.report()).removed, []);
  t.true(behindMs > cutMs - 100 && worstGapMs > behindMs, 'the cut was felt, and seen from here');
});

linkTest('a link that is cut for good: dropped in time as half-open, and nobody else notices', async (t, link) => {
  const backlogMs = 2000;
  const sender = await Sender.start(link, { ...MP3, backlogMs });
  const lost = await Listeners.start(link, 'far', sender).join();
  const others = Listeners.start(link, 'near', sender);
  const other = await others.join();
  await others.startGaps();
  await sleep(backlogMs);
  const worstGapBeforeMs = (await others.report(other)).worstGapMs;
  await others.startGaps();

  const cutAtMs = monotonicMs();
  await link.cut();
  const [dropped] = await sender.untilRemoved(1);
  t.deepEqual([dropped?.id, dropped?.reason], [lost, 'half-open']);
  const tookMs = (dropped?.atMs ?? 0) - cutAtMs;
  const { worstLateMs, lastChunk } = await sender.report();
  await until('the other one has it all', async () => (await others.report(other)).chunksTo >= lastChunk || 'not yet');
  const { fault, closed, worstGapMs } = await others.report(other);
  t.log({ tookMs, worstLateMs, worstGapBeforeMs, worstGapMs, behindMs: dropped?.behindMs });
  t.true(tookMs < backlogMs + MP3.stallMs + DROP_SLACK_MS + worstLateMs, 'in time');
  t.true(tookMs > backlogMs - 500, 'and not before');
  t.true((dropped?.behindMs ?? 0) > backlogMs, 'it was as far behind as is said');
  t.deepEqual({ fault, closed }, { fault: '', closed: false });
  t.true(worstGapMs < Math.max(4 * worstGapBeforeMs, tookMs / 8), 'the other one had no gap');
});

linkTest('a link that is cut for good: a minute of backlog does not keep a dead peer', async (t, link) => {
  const sender = await Sender.start(link, { ...MP3, backlogMs: 60_000 });
  const id = await Listeners.start(link, 'far', sender).join();
  await sleep(500);
  const cutAtMs = monotonicMs();
  await link.cut();
  const [dropped] = await sender.untilRemoved(1, 2 * DEAD_PEER_MS);
  t.deepEqual([dropped?.id, dropped?.reason], [id, 'half-open']);
  const tookMs = (dropped?.atMs ?? 0) - cutAtMs;
  t.log({ tookMs });
  t.true(tookMs < DEAD_PEER_MS);
});
