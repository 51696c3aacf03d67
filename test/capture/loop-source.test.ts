import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { LoopSource } from '../../src/capture/loop-source.ts';
import { monotonicMs } from '../../src/pcm.ts';

const FORMAT = { rateHz: 48000, channels: 2 };

test('a loop is played round and round in real time, without a hole at its end', async (t) => {
  const loop = Float32Array.from({ length: 2 * 1000 }, (_, index) => index);
  const source = new LoopSource('file', 'test', loop, FORMAT);
  const heard: number[] = [];
  let endMs: number | undefined;
  const startMs = monotonicMs();
  source.start({
    block({ samples, frames, timeMs, lostFrames }) {
      heard.push(...samples);
      if (endMs !== undefined && Math.abs(timeMs - endMs - lostFrames / 48) > 0.001)
        t.fail('blocks do not join in time');
      endMs = timeMs + frames / 48;
    },
    ended: () => t.fail('a loop does not end'),
  });
  await sleep(500);
  const elapsedMs = monotonicMs() - startMs;
  source.close();
  const count = heard.length;
  await sleep(50);
  t.is(heard.length, count, 'closed is closed');
  t.true(heard.every((sample, index) => sample === index % 2000));
  const heardMs = count / 2 / 48 + (source.facts().lostFrames?.ring ?? 0) / 48;
  t.true(heardMs <= elapsedMs && heardMs > elapsedMs - 60, `${heardMs} of ${elapsedMs} ms`);
});

test('after a standstill what is older than the hold is lost and counted', async (t) => {
  const source = new LoopSource('demo', 'test', new Float32Array(960), FORMAT);
  let lost = 0;
  let frames = 0;
  const startMs = monotonicMs();
  source.start({
    block(block) {
      lost += block.lostFrames;
      frames += block.frames;
    },
    ended: () => {},
  });
  while (monotonicMs() < startMs + 600);
  await sleep(50);
  const elapsedMs = monotonicMs() - startMs;
  source.close();
  t.true(lost > 0);
  t.is(source.facts().lostFrames?.ring, lost);
  t.true(Math.abs((lost + frames) / 48 - elapsedMs) < 30, 'lost and delivered make up the time');
});
