import test from 'ava';
import { narrowsWindows, Progress } from '../../src/connections/progress.ts';
import type { KernelTruth } from '../../src/connections/wire.ts';

const STEP = 128;
const WINDOW = 65_536;
const STEADY = 16_000;

function truth(windowBytes: number, windowStepBytes = STEP, beyondGap = 0): KernelTruth {
  const none = { ackedBytes: 0, unsentBytes: 0, unackedBytes: 0, retransmits: 0, rttMs: 1, sinceAckMs: 0 };
  return { ...none, windowBytes, windowStepBytes, beyondGap };
}

/** Looks at a listener once for each `[taken, window, end]`. */
function looks(...all: Array<readonly [number, number, number]>): Progress {
  const progress = new Progress(0, STEADY);
  for (const [taken, window, end] of all) progress.look(taken, end, truth(window));
  return progress;
}

test('H3: who reads lives, up to what was broadcast', (t) => {
  const progress = looks([0, WINDOW, 0], [8000, WINDOW, 8100], [16_000, WINDOW, 16_100]);
  t.is(progress.aliveOffset, 16_000);
  t.is(progress.takenOffset, 16_000);
  t.false(progress.isQuiet(16_100));
});

test('H3: a frozen program whose machine still takes everything is quiet since it stopped, not since it was noticed', (t) => {
  const before = [
    [0, WINDOW, 0],
    [8000, WINDOW, 8000],
  ] as const;
  // It stopped after 10,000 bytes; what came then lies unread and makes the window narrower.
  const noticed = looks(...before, [16_000, WINDOW - 6000, 16_000]);
  t.is(noticed.aliveOffset, 10_000);
  t.is(noticed.takenOffset, 16_000, 'as far as its machine is concerned');
  t.true(noticed.isQuiet(16_000));
  const later = looks(...before, [16_000, WINDOW - 6000, 16_000], [24_000, WINDOW - 14_000, 24_000]);
  t.is(later.aliveOffset, 10_000);
});

test('H3: a machine that finds some more room while its program is frozen does not make it live', (t) => {
  const progress = looks(
    [0, WINDOW, 0],
    [8000, WINDOW, 8000],
    [16_000, WINDOW - 8000, 16_000],
    [24_000, WINDOW - 13_000, 24_000],
    [32_000, WINDOW - 18_000, 32_000],
  );
  t.is(progress.aliveOffset, 8000);
});

test('H3: who goes on after a pause lives', (t) => {
  const progress = looks(
    [0, WINDOW, 0],
    [8000, WINDOW, 8000],
    [16_000, WINDOW - 8000, 16_000],
    [20_000, WINDOW, 20_000],
  );
  t.is(progress.aliveOffset, 20_000);
});

test('H3: a window that has become narrower for another reason is no sign of death', (t) => {
  const progress = looks(
    [0, WINDOW, 0],
    [8000, WINDOW, 8000],
    [16_000, WINDOW - 8000, 16_000],
    [24_000, WINDOW - 8000, 24_000],
    [16_000 + STEADY, WINDOW - 8000, 16_000 + STEADY],
  );
  t.is(progress.aliveOffset, 16_000 + STEADY);
  t.false(progress.isQuiet(16_000 + STEADY));
});

test('H3: a machine that has no room left but one step, and takes what comes all the same, does not make its program live', (t) => {
  const step = 1024;
  const progress = new Progress(0, STEADY);
  progress.look(0, 0, truth(WINDOW, step));
  progress.look(8000, 8000, truth(WINDOW, step));
  // A frozen program: first its window fills, then the machine goes on taking, with the end of the window one step ahead.
  for (let taken = 12_000; taken <= 8000 + 20 * STEADY; taken += 4000) {
    progress.look(taken, taken, truth(Math.max(step, WINDOW - (taken - 8000)), step));
  }
  t.is(progress.aliveOffset, 8000);
});

test('H3: a window that narrows, but by far less than what comes, is no sign of death', (t) => {
  // Seen with Linux 6.18 as the listener, who read each page of 530 bytes as it came: a kilobyte for every six to twenty.
  const narrowing: Array<readonly [number, number, number]> = [[0, WINDOW, 0]];
  for (let taken = 500; taken <= 100_000; taken += 500) {
    narrowing.push([taken, WINDOW - 1024 * Math.floor(taken / 6000), taken]);
  }
  t.true(looks(...narrowing).aliveOffset > 100_000 - 2 * STEADY);
});

test('H3: where windows may narrow for another reason, only one that is nearly closed is a sign of death', (t) => {
  const before: Array<readonly [number, number, number]> = [];
  for (let taken = 0; taken <= 8000; taken += 1000) before.push([taken, WINDOW, taken]);
  const narrowed = looks(...before, [16_000, WINDOW - 8000, 16_000], [24_000, WINDOW - 16_000, 24_000]);
  t.true(narrowed.isQuiet(24_000));
  t.false(narrowed.isQuiet(24_000, true), 'it may read all the same');
  const closed = looks(...before, [16_000, WINDOW - 8000, 16_000], [8000 + WINDOW - 100, 100, 8000 + WINDOW]);
  t.true(closed.isQuiet(8000 + WINDOW, true));
  t.is(closed.aliveOffset, 8000, 'since it stopped');
});

test('segments of some lengths make windows narrow', (t) => {
  t.deepEqual(
    [417, 535, 536, 700, 1199, 1200, 1920].filter((bytes) => narrowsWindows(bytes)),
    [536, 700, 1199],
  );
});

test('H3: what arrived behind a lost segment makes the window narrower, too: who reads on a bad link lives', (t) => {
  const progress = new Progress(0, STEADY);
  progress.look(0, 0, truth(WINDOW));
  progress.look(8000, 8000, truth(WINDOW));
  for (let step = 1; step <= 5; step += 1) {
    // Never the whole window, never the same: there is always a gap somewhere.
    const taken = 8000 + step * 2000;
    progress.look(taken, taken + 5000, truth(WINDOW - 3000 - 300 * step, STEP, 2));
  }
  t.true(progress.aliveOffset > 8000 + 3 * 2000);
});

test('H3: a closed window and a machine that takes no more: quiet', (t) => {
  const progress = looks([0, 4000, 0], [4000, 0, 8000], [4000, 0, 16_000]);
  t.is(progress.aliveOffset, 0);
  t.true(progress.isQuiet(16_000));
});

test('H3: the end of a window moves in steps; less than two of them say nothing', (t) => {
  const progress = new Progress(0, STEADY);
  progress.look(0, 0, truth(WINDOW, 16_384));
  progress.look(8000, 8000, truth(WINDOW - 8000, 16_384));
  t.false(progress.isQuiet(2 * 16_384));
  t.true(progress.isQuiet(2 * 16_384 + 1));
});

test('H3: where the kernel cannot be asked, what it takes is the sign of life', (t) => {
  const progress = new Progress(0, STEADY);
  progress.look(0, 0);
  progress.look(500, 1000);
  t.is(progress.aliveOffset, 500);
  progress.look(500, 2000);
  t.true(progress.isQuiet(2000));
  t.is(progress.aliveOffset, 500);
});
