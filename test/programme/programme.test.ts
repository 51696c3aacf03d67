import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import test from 'ava';
import { monotonicMs, type Signal } from '../../src/pcm.ts';
import { createFallback, silence } from '../../src/programme/fallback.ts';
import { HOLD_MS, MAX_FILL_MS, type Problem, Programme } from '../../src/programme/programme.ts';
import type { ProgrammeState } from '../../src/programme/state.ts';

const FORMAT = { rateHz: 48000, channels: 1 };
const BLOCK_FRAMES = 480;
const GONE: Problem = { cause: 'unplugged', message: 'the card is gone' };

/** A programme whose whole output is kept, and a source for it that plays a ramp by its own clock. */
function onAir(graceMs = 100, fallback: Signal = silence) {
  const sent: number[] = [];
  const states: ProgrammeState[] = [];
  const programme = new Programme({
    format: FORMAT,
    graceMs,
    silenceDbfs: -60,
    silenceAfterMs: 1000,
    fallback,
    output: { write: (samples) => void sent.push(...samples) },
    onState: (state) => void states.push(state),
  });
  programme.start();
  let endMs = monotonicMs();
  let frame = 0;
  /** Hands over the next 10 ms of a sine. */
  const deliver = () => {
    const sine = () => 0.5 * Math.sin((2 * Math.PI * 100 * frame++) / FORMAT.rateHz);
    programme.block({
      samples: Float32Array.from({ length: BLOCK_FRAMES }, sine),
      frames: BLOCK_FRAMES,
      timeMs: endMs,
      lostFrames: 0,
    });
    endMs += 10;
  };
  /** Plays for `ms` as a card would: each block is handed over when it is over. */
  const play = async (ms: number) => {
    for (let left = ms; left > 0; left -= 10) {
      while (monotonicMs() < endMs + 10) await sleep(1);
      deliver();
    }
  };
  /** The card's clock goes on while nothing is delivered. */
  const pause = async (ms: number) => {
    await sleep(ms);
    endMs = monotonicMs();
  };
  return { programme, sent, states, deliver, play, pause };
}

/** The largest step between neighbouring samples. */
const largestStep = (samples: number[]) =>
  samples.reduce((most, sample, at) => Math.max(most, Math.abs(sample - (samples[at - 1] ?? 0))), 0);

test.serial('loss and return: every state in order, no step, and as much sound as time', async (t) => {
  const startMs = monotonicMs();
  const { programme, sent, states, play, pause } = onAir(200, createFallback({ kind: 'tone' }, FORMAT));
  await play(300);
  programme.sourceLost(GONE);
  t.is(programme.status.state, 'lost');
  t.deepEqual(programme.status.problem, GONE);
  await pause(400);
  t.is(programme.status.state, 'fallback');
  t.deepEqual(programme.status.problem, GONE);
  await play(300);
  const { lagMs, state, problem } = programme.status;
  const elapsedMs = monotonicMs() - startMs;
  programme.stop();
  t.is(state, 'live');
  t.is(problem, undefined);
  t.deepEqual(states, ['live', 'lost', 'fallback', 'live']);
  const sentMs = (sent.length / FORMAT.rateHz) * 1000;
  t.true(Math.abs(elapsedMs - lagMs - sentMs) < 10, `${elapsedMs - lagMs} ms passed, ${sentMs} ms sent`);
  // The steepest that is allowed: the sine itself and, over a fade, from one end of the range to the other.
  t.true(largestStep(sent) < 0.02, `a step of ${largestStep(sent)}`);
});

test.serial('the tone is heard in the fallback, silence in the time before', async (t) => {
  const { programme, sent, play, pause } = onAir(300, createFallback({ kind: 'tone' }, FORMAT));
  await play(50);
  programme.sourceLost(GONE);
  const lostAt = sent.length;
  await pause(600);
  programme.stop();
  const fadeFrames = 480;
  const after = sent.slice(lostAt + fadeFrames);
  const toneAt = after.findIndex((sample) => sample !== 0);
  t.true(toneAt > 2400, `${toneAt} frames of silence`);
  const tone = after.slice(toneAt + fadeFrames);
  t.true(tone.length > 4800);
  t.true(Math.abs(Math.max(...tone) - 0.1) < 0.001);
});

test.serial('a source that falls silent without a word is lost after the hold time', async (t) => {
  const { programme, states, play, pause } = onAir(10_000);
  t.teardown(() => programme.stop());
  // Long enough for a machine that stands still for a moment: what is over by then is left out.
  await play(200);
  await pause(HOLD_MS + 150);
  t.deepEqual(states, ['live', 'lost']);
  t.is(programme.status.problem?.cause, 'stalled');
  t.true(programme.status.lagMs < HOLD_MS, 'it goes on without the source');
});

test.serial('blocks that were only late are not lost, not even when the whole process stood still', async (t) => {
  const { programme, states } = onAir();
  // Like a capture thread: news comes as I/O does, after the timers that a standstill has made due.
  const card = new Worker(
    'const { parentPort } = require("node:worker_threads"); setInterval(() => parentPort.postMessage(0), 10)',
    {
      eval: true,
    },
  );
  let endMs: number | undefined;
  card.on('message', () => {
    endMs ??= monotonicMs() - 10;
    programme.block({ samples: new Float32Array(BLOCK_FRAMES), frames: BLOCK_FRAMES, timeMs: endMs, lostFrames: 0 });
    endMs += 10;
  });
  await sleep(300);
  t.deepEqual(states, ['live']);
  await new Promise(setImmediate);
  const until = monotonicMs() + HOLD_MS + 100;
  while (monotonicMs() < until);
  await sleep(200);
  programme.stop();
  await card.terminate();
  t.deepEqual(states, ['live']);
});

test.serial('frames that the source lost are mended in place', async (t) => {
  const { programme, sent, deliver } = onAir();
  deliver();
  const before = sent.length;
  const samples = new Float32Array(BLOCK_FRAMES).fill(0.25);
  programme.block({ samples, frames: BLOCK_FRAMES, timeMs: monotonicMs() - 10, lostFrames: 1000 });
  programme.stop();
  t.is(sent.length - before, 1000 + BLOCK_FRAMES);
  t.is(programme.status.framesMended, 1000);
  t.true(largestStep(sent) < 0.02);
});

test.serial('after a long standstill only a bounded piece is filled in', async (t) => {
  const { programme, sent, deliver } = onAir();
  deliver();
  const before = sent.length;
  programme.block({
    samples: new Float32Array(BLOCK_FRAMES),
    frames: BLOCK_FRAMES,
    timeMs: monotonicMs(),
    lostFrames: 48000 * 60,
  });
  programme.stop();
  t.is(sent.length - before, (MAX_FILL_MS * 48000) / 1000 + BLOCK_FRAMES);
  t.is(programme.status.skippedMs, 60_000 - MAX_FILL_MS);
});

test.serial('what the fallback has already covered is left out of the returning source', async (t) => {
  const { programme, sent, play, pause } = onAir(50);
  await play(50);
  programme.sourceLost(GONE);
  await pause(200);
  const before = sent.length;
  const { lagMs } = programme.status;
  // A block that begins 30 ms before the end of what was sent and is 10 ms long is all covered.
  programme.block({
    samples: new Float32Array(480).fill(1),
    frames: 480,
    timeMs: monotonicMs() - lagMs - 30,
    lostFrames: 0,
  });
  t.is(sent.length, before);
  t.is(programme.status.state, 'fallback');
  programme.stop();
});

test.serial('before any source there is silence, and after the grace time the fallback', async (t) => {
  const { programme, sent, states } = onAir(100);
  t.is(programme.status.state, 'starting');
  await sleep(300);
  programme.stop();
  t.deepEqual(states, ['fallback']);
  t.true(sent.length > 0.2 * FORMAT.rateHz);
});

test.serial('rules may change on air: a fallback that plays gives way to the new one without a click', async (t) => {
  const { programme, sent, pause } = onAir(0);
  programme.sourceLost(GONE);
  await pause(300);
  t.is(programme.status.state, 'fallback');
  t.is(
    sent.findIndex((sample) => sample !== 0),
    -1,
  );
  programme.change({ fallback: createFallback({ kind: 'tone' }, FORMAT), graceMs: 1000 });
  await pause(300);
  programme.stop();
  const tone = sent.slice(sent.findIndex((sample) => sample !== 0));
  t.true(tone.length > 0.1 * FORMAT.rateHz, `${tone.length} frames of the tone`);
  t.true(largestStep(tone) < 0.01, `a step of ${largestStep(tone)}`);
});
