import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import type { Format } from '../../src/encoders/encoder.ts';
import { Feed } from '../../src/encoders/feed.ts';

const PCM = { rateHz: 1000, channels: 2 };
const TAGS = { name: 'test', title: '', genre: '', url: '' };

/** A feed whose encoder hands on one byte per write, and a count of how many encoders were made and closed. */
function countedFeed(lingerMs: number, onSamples: (samples: Float32Array) => void = () => {}) {
  const count = { started: 0, created: 0, closed: 0, chunks: 0 };
  const format: Format = {
    id: 'test',
    mimeType: 'audio/test',
    description: 'test',
    bytesPerSecond: 100,
    rangeProbe: 'ignore',
    createEncoder() {
      count.created++;
      const encode = (samples: Float32Array) => {
        onSamples(samples);
        return [Buffer.alloc(1)];
      };
      return { header: () => Buffer.from('head'), encode, close: () => void count.closed++ };
    },
  };
  const feed = new Feed(format, PCM, lingerMs, () => void count.started++);
  feed.addOutput({ broadcast: () => void count.chunks++ });
  return { count, feed };
}

test('the encoder is started for the first listener and stopped some time after the last', async (t) => {
  const { count, feed } = countedFeed(50);
  feed.write(new Float32Array(2));
  t.deepEqual(count, { started: 0, created: 0, closed: 0, chunks: 0 });
  t.throws(() => feed.header(TAGS), { message: /nobody listens/ });
  feed.acquire();
  t.is(feed.header(TAGS).toString(), 'head');
  feed.acquire();
  feed.write(new Float32Array(2));
  feed.release();
  feed.release();
  t.true(feed.running);
  feed.write(new Float32Array(2));
  await sleep(150);
  t.false(feed.running);
  feed.write(new Float32Array(2));
  t.deepEqual(count, { started: 1, created: 1, closed: 1, chunks: 2 });
});

test('a listener who comes back in time finds the encoder running', async (t) => {
  const { count, feed } = countedFeed(100);
  feed.acquire();
  feed.release();
  feed.acquire();
  await sleep(300);
  t.true(feed.running);
  t.is(count.created, 1);
  feed.close();
});

test('more leaving than coming is a bug that shows', (t) => {
  const { feed } = countedFeed(0);
  t.throws(() => feed.release(), { message: /more listeners left/ });
});

test('an encoder that begins with recent sound gets it in pieces, before what comes meanwhile, and not after its end', async (t) => {
  const heard: number[] = [];
  const times: number[] = [];
  const { feed } = countedFeed(0, (samples) => void heard.push(...samples));
  feed.addOutput({ broadcast: (_chunk, atMs) => void times.push(atMs) });
  const sound = (from: number, length: number) => Float32Array.from({ length }, (_, index) => from + index);
  const beganMs = performance.now();
  // 130 ms: pieces of 50, 50 and 30 ms.
  feed.acquire(sound(0, 260));
  const live = sound(260, 20);
  feed.write(live);
  live.fill(0);
  t.is(heard.length, 0, 'nobody waits for it');
  await sleep(50);
  feed.write(sound(280, 20));
  t.deepEqual(heard, [...sound(0, 300)]);
  t.is(times.length, 5);
  t.true((times[0] ?? 0) < beganMs - 70 && (times[0] ?? 0) > beganMs - 90, 'as old as it is');
  t.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
  feed.release();
  await sleep(20);
  feed.acquire(sound(0, 260));
  feed.close();
  await sleep(20);
  t.is(heard.length, 300);
});
