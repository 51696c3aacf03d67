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

test('it says what is done for the source, and for how long nothing has come of it', async (t) => {
  const { supervisor, sinks } = stage(1);
  t.is(supervisor.pulse.doing, 'nothing');
  supervisor.start();
  t.is(supervisor.pulse.doing, 'looking');
  await until(() => supervisor.pulse.doing === 'waiting');
  await until(() => sinks.length === 1);
  t.is(supervisor.pulse.doing, 'opening');
  await sleep(100);
  t.true(supervisor.pulse.quietMs >= 95);
  sinks[0]?.block(block());
  t.is(supervisor.pulse.doing, 'capturing');
  t.true(supervisor.pulse.quietMs < 95);
  await sleep(100);
  t.true(supervisor.pulse.quietMs >= 95);
  sinks[0]?.block(block());
  t.true(supervisor.pulse.quietMs < 95, 'every block is a sign of life');
  sinks[0]?.ended(UNPLUGGED);
  t.is(supervisor.pulse.doing, 'waiting');
  supervisor.stop();
  t.is(supervisor.pulse.doing, 'nothing');
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

test('another source is wanted: the open one is closed, the other opened at once, and what the first still does counts no more', async (t) => {
  const { supervisor, sinks, told } = stage();
  const others: SourceSink[] = [];
  const other = (open: Promise<void>) => async (): Promise<Source> => {
    await open;
    return { kind: 'file', name: 'other', start: (sink) => void others.push(sink), close: () => {}, facts: () => ({}) };
  };
  const changed: Problem = { cause: 'changed', message: 'another' };
  supervisor.start();
  await until(() => sinks.length === 1);
  sinks[0]?.block(block());
  // One that is replaced before it has even been made.
  const slow = Promise.withResolvers<void>();
  supervisor.change(other(slow.promise), changed);
  t.is(told.closed, 1);
  t.deepEqual(told.lost, [changed]);
  supervisor.change(other(Promise.resolve()), changed);
  await until(() => others.length === 1);
  slow.resolve();
  await sleep(2 * BACKOFF_MS.first);
  t.is(others.length, 1, 'the slow one is not opened');
  t.is(supervisor.status.kind, 'file');
  others[0]?.block(block());
  t.is(told.blocks, 2);
  t.is(told.live, 2);
  others[0]?.ended(UNPLUGGED);
  await until(() => others.length === 2);
  supervisor.stop();
  t.is(told.attempts.length, 1, 'the first is not asked again');
});

test('a change while nothing can be had tries the other at once, and not twice', async (t) => {
  const { supervisor, told } = stage(1000);
  supervisor.start();
  await until(() => told.attempts.length === 4);
  let asked = 0;
  supervisor.change(
    async () => {
      asked++;
      throw new SourceUnavailable({ cause: 'other', message: 'nor that' });
    },
    { cause: 'changed', message: 'another' },
  );
  await until(() => asked === 3);
  supervisor.stop();
  t.is(told.attempts.length, 4);
  // What is said of one that nobody wants any more does not count.
  const late = Promise.withResolvers<Source>();
  const lost = told.lost.length;
  supervisor.start();
  supervisor.change(() => late.promise, { cause: 'changed', message: 'another' });
  supervisor.change(async () => new Promise<Source>(() => {}), { cause: 'changed', message: 'another' });
  late.reject(new SourceUnavailable({ cause: 'late', message: 'too late' }));
  await sleep(BACKOFF_MS.first);
  supervisor.stop();
  t.is(told.lost.length, lost + 2);
  t.deepEqual(
    told.problems.map(({ cause }) => cause),
    ['absent', 'other'],
  );
});
