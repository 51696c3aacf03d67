import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import type { Format } from '../../src/encoders/encoder.ts';
import { Feed } from '../../src/encoders/feed.ts';

const TAGS = { name: 'test', title: '', genre: '', url: '' };

/** A feed whose encoder hands on one byte per write, and a count of how many encoders were made and closed. */
function countedFeed(lingerMs: number) {
  const count = { started: 0, created: 0, closed: 0, chunks: 0 };
  const format: Format = {
    id: 'test',
    mimeType: 'audio/test',
    description: 'test',
    bytesPerSecond: 100,
    rangeProbe: 'ignore',
    createEncoder() {
      count.created++;
      return { header: () => Buffer.from('head'), encode: () => [Buffer.alloc(1)], close: () => void count.closed++ };
    },
  };
  const feed = new Feed(format, lingerMs, () => void count.started++);
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
