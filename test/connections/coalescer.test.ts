import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { type Broadcaster, Coalescer, holdMs } from '../../src/connections/coalescer.ts';
import { until } from './sockets.ts';

/** MP3 frames at 44.1 kHz, PCM of 10 ms. */
const [MP3_MS, PCM_MS] = [26.12, 10];

const CASES: ReadonlyArray<readonly [string, { passMs: number; chunkMs: number; coalesceMs: number }, number]> = [
  ['nothing is known yet', { passMs: 0, chunkMs: Number.POSITIVE_INFINITY, coalesceMs: 100 }, 0],
  ['nobody listens', { passMs: 0, chunkMs: MP3_MS, coalesceMs: 100 }, 0],
  ['one listens', { passMs: 0.05, chunkMs: MP3_MS, coalesceMs: 100 }, 0],
  ['100 on a fast machine', { passMs: 0.7, chunkMs: MP3_MS, coalesceMs: 100 }, 0],
  ['at its share', { passMs: 1.306, chunkMs: MP3_MS, coalesceMs: 100 }, 0],
  ['just above', { passMs: 1.4, chunkMs: MP3_MS, coalesceMs: 100 }, 28],
  ['100 on a slow machine', { passMs: 3, chunkMs: MP3_MS, coalesceMs: 100 }, 60],
  ['1000 on a fast machine', { passMs: 7, chunkMs: MP3_MS, coalesceMs: 100 }, 100],
  ['any number on any machine', { passMs: 1e6, chunkMs: MP3_MS, coalesceMs: 100 }, 100],
  ['50 who take PCM', { passMs: 0.45, chunkMs: PCM_MS, coalesceMs: 100 }, 0],
  ['100 who take PCM', { passMs: 0.9, chunkMs: PCM_MS, coalesceMs: 100 }, 18],
  ['a shorter limit', { passMs: 7, chunkMs: MP3_MS, coalesceMs: 40 }, 40],
  ['it is forbidden', { passMs: 7, chunkMs: MP3_MS, coalesceMs: 0 }, 0],
];

for (const [name, { passMs, chunkMs, coalesceMs }, expected] of CASES)
  test(`${name}: held for ${expected} ms`, (t) => {
    t.true(Math.abs(holdMs(passMs, chunkMs, coalesceMs) - expected) < 1e-6);
  });

/** Takes note of what is broadcast. */
class Output implements Broadcaster {
  passMs = 0;
  readonly sent: Array<{ text: string; atMs: number; sentAtMs: number }> = [];

  broadcast(data: Buffer, atMs: number): void {
    this.sent.push({ text: data.toString(), atMs, sentAtMs: performance.now() });
  }
}

test('with few listeners every chunk leaves at once, as it is', (t) => {
  const output = new Output();
  const coalescer = new Coalescer(output, 100);
  for (const text of ['a', 'b', 'c']) coalescer.broadcast(Buffer.from(text), performance.now());
  t.deepEqual(
    output.sent.map(({ text }) => text),
    ['a', 'b', 'c'],
  );
});

test('with many listeners chunks leave together, all of them, in order, none later than it may', async (t) => {
  const output = new Output();
  const coalescer = new Coalescer(output, 100);
  output.passMs = 1000;
  const made: number[] = [];
  for (let number = 0; number < 40; number += 1) {
    made.push(performance.now());
    coalescer.broadcast(Buffer.from(`${number};`), performance.now());
    await sleep(20);
  }
  await until('the last are sent', () =>
    output.sent
      .map(({ text }) => text)
      .join('')
      .endsWith('39;'),
  );
  const all = Array.from({ length: 40 }, (_, number) => `${number};`);
  t.is(output.sent.map(({ text }) => text).join(''), all.join(''));
  t.true(output.sent.length < 20, `${output.sent.length} for 40`);
  let first = 0;
  for (const { text, atMs } of output.sent) {
    t.true(Math.abs(atMs - (made[first] ?? 0)) < 5, 'the age of the oldest part goes with it');
    first += text.split(';').length - 1;
  }
});

test('what is held leaves although nothing follows, and at once when nobody is left to wait for', async (t) => {
  const output = new Output();
  const coalescer = new Coalescer(output, 50);
  coalescer.broadcast(Buffer.from('a'), performance.now());
  await sleep(5);
  output.passMs = 1000;
  coalescer.broadcast(Buffer.from('b'), performance.now());
  t.is(output.sent.length, 1, 'it is held');
  await until('it leaves', () => output.sent.length === 2);
  coalescer.broadcast(Buffer.from('c'), performance.now());
  output.passMs = 0;
  coalescer.broadcast(Buffer.from('d'), performance.now());
  t.deepEqual(
    output.sent.map(({ text }) => text),
    ['a', 'b', 'cd'],
  );
  output.passMs = 1000;
  coalescer.broadcast(Buffer.from('e'), performance.now());
  coalescer.flush();
  coalescer.flush();
  t.is(output.sent.at(-1)?.text, 'e');
});
