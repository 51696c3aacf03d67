import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { type Source, type SourceSink, SourceUnavailable } from '../../src/capture/source.ts';
import { BACKOFF_MS, SourceSupervisor } from '../../src/capture/supervisor.ts';
import { type Block, monotonicMs } from '../../src/pcm.ts';
import type { Problem } from '../../src/programme/programme.ts';

const UNPLUGGED: Problem = { cause: 'unplugged', message: 'gone' };
const block = (): Block => ({ samples: new Float32Array(2), frames: 1, timeMs: monotonicMs(), lostFrames: 0 });

/** Sources that do what the test says, and everything the supervisor handed on or told. */
function stage(unavailable = 0) {
  const sinks: SourceSink[] = [];
  const told = {
    blocks: 0,
    lost: [] as Problem[],
    live: 0,
    problems: [] as Problem[],
    closed: 0,
    attempts: [] as number[],
  };
  const supervisor = new SourceSupervisor(
    async () => {
      told.attempts.push(monotonicMs());
      if (told.attempts.length <= unavailable) throw new SourceUnavailable({ cause: 'absent', message: 'no card' });
      const source: Source = {
        kind: 'alsa',
        name: 'test',
        start: (sink) => void sinks.push(sink),
        close: () => void told.closed++,
        facts: () => ({}),
      };
      return source;
    },
    { block: () => void told.blocks++, sourceLost: (problem) => void told.lost.push(problem) },
    { onLive: () => void told.live++, onProblem: (problem) => void told.problems.push(problem) },
  );
  return { supervisor, sinks, told };
}

/** Waits until `done` holds, five seconds at most. */
async function until(done: () => boolean): Promise<void> {
  for (let left = 500; left > 0 && !done(); left--) await sleep(10);
}

test('a source that ends is made anew, for ever, and its blocks go on', async (t) => {
  const { supervisor, sinks, told } = stage();
  supervisor.start();
  for (let round = 1; round <= 5; round++) {
    await until(() => sinks.length === round);
    sinks[round - 1]?.block(block());
    sinks[round - 1]?.ended(UNPLUGGED);
  }
  await until(() => sinks.length === 6);
  supervisor.stop();
  t.is(told.blocks, 5);
  t.is(told.live, 5);
  t.is(told.lost.length, 5);
  t.is(sinks.length, 6);
  // Each delivered, so each next one was tried after the shortest wait.
  for (const [index, atMs] of told.attempts.entries()) {
    const waitedMs = atMs - (told.attempts[index - 1] ?? atMs);
    t.true(waitedMs < 4 * BACKOFF_MS.first, `waited ${waitedMs} ms`);
  }
});

test('waits grow while nothing can be had, and the same problem is told once', async (t) => {
  const { supervisor, sinks, told } = stage(4);
  supervisor.start();
  await until(() => sinks.length === 1);
  supervisor.stop();
  const waits = told.attempts.slice(1).map((atMs, index) => atMs - (told.attempts[index] ?? 0));
  t.is(waits.length, 4);
  for (const [index, waitedMs] of waits.entries()) {
    t.true(waitedMs >= BACKOFF_MS.first * 2 ** index - 5, `waited ${waitedMs} ms before attempt ${index + 2}`);
  }
  t.is(told.lost.length, 4, 'the programme hears of each');
  t.is(told.problems.length, 1);
});

test('after stop nothing is opened and nothing handed on', async (t) => {
  const { supervisor, sinks, told } = stage();
  supervisor.start();
  await until(() => sinks.length === 1);
  supervisor.stop();
  sinks[0]?.ended(UNPLUGGED);
  await sleep(3 * BACKOFF_MS.first);
  t.is(told.closed, 1);
  t.is(told.lost.length, 0);
  t.is(told.attempts.length, 1);
});
