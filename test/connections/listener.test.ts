import type { Socket } from 'node:net';
import test from 'ava';
import { Listener } from '../../src/connections/listener.ts';
import { RecentChunks } from '../../src/connections/recent-chunks.ts';
import type { KernelTruth } from '../../src/connections/wire.ts';

const NO_NEWS: KernelTruth = {
  ackedBytes: 0,
  windowBytes: 0,
  windowStepBytes: 0,
  unsentBytes: 0,
  unackedBytes: 0,
  retransmits: 0,
  beyondGap: 0,
  rttMs: 1,
  sinceAckMs: 0,
};

/** A listener of a stream of 100 bytes every 10 ms, of whom the kernel says what the test wants. */
function listening() {
  const recent = new RecentChunks(10_000, 1e6);
  const socket = { remoteAddress: '127.0.0.1', writableLength: 0 } as Socket;
  const begin = { opening: Buffer.alloc(0), offset: 0 };
  const listener = new Listener('one', socket, 0, { recent, bytesPerSecond: 10_000 }, begin, () => {});
  let truth = NO_NEWS;
  listener.wire = { send: () => 0, heldBytes: 0, truth: () => truth, close: () => {} };
  let nowMs = 0;
  const send = (ackedBytes: number, windowBytes: number) => {
    nowMs += 10;
    recent.push(Buffer.alloc(100), nowMs);
    listener.position = recent.endOffset;
    truth = { ...NO_NEWS, ackedBytes, windowBytes };
    listener.look(recent);
  };
  return { recent, listener, send, now: () => nowMs };
}

test('who has everything but said nothing of what it read since is not quiet for longer than the stream went on', (t) => {
  const { recent, listener, send, now } = listening();
  send(100, 60_000);
  for (let chunk = 2; chunk <= 11; chunk++) send(100 * chunk, 60_000 - 100 * chunk);
  const quietMs = listener.evidence(recent, now()).quietMs;
  t.is(quietMs, 90, 'its window narrows: that looks as if it did not read');
  t.is(listener.evidence(recent, now() + 5000).quietMs, quietMs, 'no more comes, and no news of it could');
});

test('for whom something waits that its machine does not take the clock goes on', (t) => {
  const { recent, listener, send, now } = listening();
  send(100, 1000);
  for (let chunk = 2; chunk <= 11; chunk++) send(100 * Math.min(chunk, 10), 1000 - 100 * Math.min(chunk, 10));
  t.true(listener.evidence(recent, now() + 5000).quietMs > 5000);
});
