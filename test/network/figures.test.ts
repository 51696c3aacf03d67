/** What the manager says of a listener is what the link did to it, and what the kernel's own tool says. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { until } from '../support/processes.ts';
import { kernelViews } from './kernel-view.ts';
import type { Link } from './link.ts';
import { linkTest } from './link-test.ts';
import { Listeners, Sender } from './stage.ts';

/** 512 kbit/s, in chunks of more than two segments, which a machine acknowledges at once. */
const SETTINGS = { bytesPerSecond: 64_000, chunkMs: 50, stallMs: 250, backlogMs: 4000 };
/** Time that machine and kernel may add to a round trip, ms. */
const MACHINE_MS = 20;

linkTest('a delayed link: rttMs is the round trip of the link, behindMs its way and little more', async (t, link) => {
  const sender = await Sender.start(link, SETTINGS);
  await Listeners.start(link, 'far', sender).join();
  const worstBehindMs: number[] = [];
  for (const delayMs of [60, 20]) {
    const roundTripMs = 2 * delayMs;
    await link.delay(delayMs);
    await until(`rttMs is ${roundTripMs}`, async () => {
      const { rttMs } = await sender.figures();
      return (rttMs >= roundTripMs && rttMs < roundTripMs + MACHINE_MS) || rttMs;
    });
    await agreesWithSs(link, sender);
    const behindMs: number[] = [];
    // Over several chunks: just after an acknowledgement nothing is old.
    for (; behindMs.length < 40; await sleep(5)) behindMs.push((await sender.figures()).behindMs);
    worstBehindMs.push(Math.max(...behindMs));
    t.log({ delayMs, behindMs: [Math.min(...behindMs), Math.max(...behindMs)] });
    t.true(Math.max(...behindMs) >= delayMs, 'no chunk is there sooner');
    t.true(Math.max(...behindMs) < roundTripMs + SETTINGS.chunkMs + MACHINE_MS, 'each is acknowledged at once');
  }
  t.true((worstBehindMs[0] ?? 0) > (worstBehindMs[1] ?? 0), 'it follows the link');
  await nobodyRemoved(t, sender);
});

linkTest('a lossy link: retransmits is what it dropped, and the listener gets every byte in order', async (t, link) => {
  const sender = await Sender.start(link, SETTINGS);
  const listeners = Listeners.start(link, 'far', sender);
  const id = await listeners.join();
  await link.delay(5);
  t.is((await sender.figures()).retransmits, 0);
  await link.loss(10);
  await until(
    '40 segments were dropped',
    async () => (await link.counts()).toFar.droppedSegments >= 40 || 'too few',
    20_000,
  );
  await link.loss(0);
  const { lastChunk } = await sender.report();
  await until('the listener has it all', async () => (await listeners.report(id)).chunksTo >= lastChunk || 'not yet');
  await agreesWithSs(link, sender);
  const { toFar } = await link.counts();
  const { retransmits } = await sender.figures();
  t.log({ retransmits, toFar });
  t.is(retransmits, toFar.retransmittedSegments);
  t.true(retransmits >= toFar.droppedSegments, 'nothing that was dropped is forgotten');
  t.true(retransmits < 2 * toFar.droppedSegments, 'and little is sent again in vain');
  const { fault, closed } = await listeners.report(id);
  t.deepEqual({ fault, closed }, { fault: '', closed: false });
  await nobodyRemoved(t, sender);
});

/** Waits until the figures are the same before and after ours were taken, and ours as well. */
async function agreesWithSs(link: Link, sender: Sender): Promise<void> {
  await until('our figures are those of ss', async () => {
    const [before] = await kernelViews(link, 'near', sender.port);
    const ours = await sender.figures();
    const [after] = await kernelViews(link, 'near', sender.port);
    const same = (view = before) =>
      view !== undefined &&
      Math.abs(view.rttMs - ours.rttMs) < 0.01 &&
      view.retransmits === ours.retransmits &&
      view.unsentBytes === ours.unsentBytes &&
      view.sendQueueBytes === ours.unackedBytes + ours.unsentBytes;
    return (same(before) && same(after)) || { before, ours, after };
  });
}

async function nobodyRemoved(t: ExecutionContext, sender: Sender): Promise<void> {
  t.deepEqual((await sender.report()).removed, []);
}
