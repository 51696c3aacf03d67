/** The rig itself: the link does what it is told, and what it counts is what the kernel's own tool says. */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../support/processes.ts';
import { kernelViews } from './kernel-view.ts';
import { ADDRESSES, Link } from './link.ts';
import { linkTest } from './link-test.ts';
import { Listeners, Sender } from './stage.ts';

/** 64 kB/s, in chunks of more than two segments, which a kernel acknowledges at once. */
const SETTINGS = { bytesPerSecond: 64_000, chunkMs: 50, stallMs: 20_000, backlogMs: 20_000 };
/** Time that the machine may add to a round trip, ms. */
const MACHINE_MS = 20;

linkTest('the round trip that ss sees is twice the delay of the link, and follows it', async (t, link) => {
  const sender = await Sender.start(link, SETTINGS);
  await Listeners.start(link, 'far', sender).join();
  for (const delayMs of [40, 10]) {
    await link.delay(delayMs);
    await until(`the round trip is ${2 * delayMs} ms`, async () => {
      const [view] = await kernelViews(link, 'near', sender.port);
      return (view !== undefined && view.rttMs >= 2 * delayMs && view.rttMs < 2 * delayMs + MACHINE_MS) || view?.rttMs;
    });
  }
  t.pass();
});

linkTest(
  'what a lossy link dropped is retransmitted, and ss counts the same segments as the relay',
  async (t, link) => {
    const sender = await Sender.start(link, SETTINGS);
    const listeners = Listeners.start(link, 'far', sender);
    const id = await listeners.join();
    await link.delay(5);
    await link.loss(10);
    await until('20 segments were dropped', async () => (await link.counts()).toFar.droppedSegments >= 20 || 'too few');
    await link.loss(0);
    const { lastChunk } = await sender.report();
    await until('the listener has it all', async () => (await listeners.report(id)).chunksTo >= lastChunk || 'not yet');
    const { toFar } = await link.counts();
    const [view] = await kernelViews(link, 'near', sender.port);
    t.log(toFar, view);
    t.is(view?.retransmits, toFar.retransmittedSegments);
    t.true(toFar.retransmittedSegments >= toFar.droppedSegments);
    t.is((await listeners.report(id)).fault, '');
  },
);

linkTest('through a cut link nothing passes, and mended it passes again', async (t, link) => {
  const sender = await Sender.start(link, SETTINGS);
  const listeners = Listeners.start(link, 'far', sender);
  const id = await listeners.join();
  await until('the listener hears', async () => (await listeners.report(id)).chunksTo > 5);
  await link.cut();
  const atCut = await listeners.report(id);
  await sleep(500);
  t.is((await listeners.report(id)).chunksTo, atCut.chunksTo);
  t.false((await listeners.report(id)).closed, 'nobody tells it');
  const { toFar } = await link.mend();
  t.true(toFar.droppedSegments > 0);
  await until('it has what was sent meanwhile', async () => {
    const { chunksTo, fault } = await listeners.report(id);
    return (fault === '' && chunksTo > atCut.chunksTo + 10) || fault;
  });
});

linkTest('a limited link carries no more than its rate and drops what its queue cannot hold', async (t, link) => {
  const rateKbitPerS = 128;
  await link.rate(rateKbitPerS);
  const startMs = performance.now();
  const packetBytes = 28 + 1000;
  const received = await datagrams(link, 60, packetBytes - 28);
  const tookS = (performance.now() - startMs) / 1000;
  const { toFar } = await link.counts();
  t.is(received.length, toFar.packets - toFar.dropped);
  t.true(toFar.dropped > 0);
  t.true(received.length >= 16, 'the queue holds so many');
  t.true(tookS > ((received.length - 1) * packetBytes * 8) / (rateKbitPerS * 1000));
});

linkTest('the same seed loses the same packets, another seed others', async (t, link) => {
  const lossy = async (one: Link) => {
    await one.loss(30);
    return datagrams(one, 100, 10);
  };
  const [again, other] = await Promise.all([Link.open(1), Link.open(2)]);
  try {
    const [lost, lostAgain, lostOther] = await Promise.all([link, again, other].map(lossy));
    t.deepEqual(lost, lostAgain);
    t.notDeepEqual(lost, lostOther);
  } finally {
    await Promise.all([again.close(), other.close()]);
  }
});

linkTest('when a link is closed, nothing of it stays behind, not even a frozen process', async (t) => {
  const link = await Link.open();
  const { child } = link.run('far', 'sleep', ['60']);
  await until('it is inside', () => existsSync(`/proc/${child.pid}`));
  child.kill('SIGSTOP');
  await link.close();
  t.false(existsSync(`/proc/${child.pid}`));
  await t.throwsAsync(link.counts());
});

/** Sends numbered datagrams from the near to the far side, once; returns the numbers that arrived, in their order. */
async function datagrams(link: Link, count: number, bytes: number): Promise<number[]> {
  const receiver = link.run('far', process.execPath, ['-e', RECEIVER]);
  await until('the receiver is there', () => receiver.output().includes('bound') || receiver.output());
  const sender = link.run('near', process.execPath, ['-e', SENDER, `${count}`, `${bytes}`]);
  await until('all are sent', () => sender.child.exitCode === 0 || sender.output());
  const { toFar } = await link.counts();
  const arrived = () => receiver.output().split('\n').filter(Boolean).slice(1).map(Number);
  await until('what was not dropped has arrived', () => arrived().length >= toFar.packets - toFar.dropped);
  return arrived();
}

const RECEIVER = `
  const socket = require('node:dgram').createSocket('udp4');
  socket.on('message', (message) => console.log(message.readUInt16BE(0)));
  socket.bind(9, () => console.log('bound'));
`;
const SENDER = `
  const socket = require('node:dgram').createSocket('udp4');
  const [count, bytes] = process.argv.slice(1).map(Number);
  let left = count;
  for (let number = 0; number < count; number += 1) {
    const message = Buffer.alloc(bytes);
    message.writeUInt16BE(number, 0);
    socket.send(message, 9, '${ADDRESSES.far}', () => {
      left -= 1;
      if (left === 0) socket.close();
    });
  }
`;
