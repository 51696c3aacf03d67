import test from 'ava';
import fc from 'fast-check';
import { type Figures, overRounds, ratio } from '../../bench/fanout/figures.ts';
import { dropsOf, gapRatio } from '../../bench/fanout/frozen.ts';
import { goalsTable, limitGoal } from '../../bench/fanout/goals.ts';
import { type Bucket, quantileMs } from '../../bench/fanout/histogram.ts';
import { parseLoadResult } from '../../bench/fanout/load.ts';
import type { Measured } from '../../bench/fanout/measure.ts';
import { STREAMS, StampedFrames } from '../../bench/fanout/stamped.ts';
import { parseOptions } from '../../bench/options.ts';
import { quantile } from '../../bench/statistics.ts';

const FIGURES: Figures = {
  cpuMsPerS: 10,
  cpuUsPerListener: 1,
  p50Ms: 1,
  p99Ms: 2,
  maxMs: 3,
  worstGapMs: 30,
  connectMs: 5,
  residentKb: 12,
  heapKb: 6,
};

/** Counts times in µs as the load generator does. */
function count(timesUs: readonly number[]): Bucket[] {
  const counts = new Map<number, [width: number, count: number]>();
  for (const us of timesUs) {
    const width = us < 256 ? 1 : 2 ** (Math.floor(Math.log2(us)) - 7);
    const low = Math.floor(us / width) * width;
    counts.set(low, [width, (counts.get(low)?.[1] ?? 0) + 1]);
  }
  return [...counts].map(([low, [width, times]]): Bucket => [low, width, times]).sort(([a], [b]) => a - b);
}

test('quantiles of counted times are those of the times themselves, to a bucket', (t) => {
  t.is(quantileMs([], 0.5), Number.NaN);
  t.is(quantileMs([[1000, 8, 4]], 0.5), 1.004);
  const times = fc.array(fc.integer({ min: 1, max: 5_000_000 }), { minLength: 200, maxLength: 400 });
  fc.assert(
    fc.property(times, fc.constantFrom(0.5, 0.9, 0.99), (timesUs, share) => {
      const counted = quantileMs(count(timesUs), share);
      // Between two times that lie apart anything is right, so the neighbours bound it.
      const low = quantile(timesUs, Math.max(0, share - 0.01)) / 1000;
      const high = quantile(timesUs, Math.min(1, share + 0.01)) / 1000;
      return counted >= low * 0.992 - 0.001 && counted <= high * 1.008 + 0.001;
    }),
  );
});

test('a ratio is taken within each round; rounds in which one failed do not count', (t) => {
  const rounds = (values: (number | undefined)[]) =>
    values.map((ms) => ms && { ...FIGURES, cpuMsPerS: ms }) as Figures[];
  t.is(ratio(rounds([10, 40, 90]), rounds([10, 20, 30]), 'cpuMsPerS'), 2);
  t.is(ratio(rounds([10, undefined, 90]), rounds([10, 20, 30]), 'cpuMsPerS'), 2);
  t.is(ratio(rounds([10]), rounds([]), 'cpuMsPerS'), Number.NaN);
});

test('over the rounds stand the medians, and the worst of what is worst', (t) => {
  const all = overRounds([
    FIGURES,
    undefined,
    { ...FIGURES, cpuMsPerS: 20, maxMs: 50, p99Ms: 4 },
    { ...FIGURES, maxMs: 1 },
  ]);
  t.deepEqual(all, { ...FIGURES, maxMs: 50 });
  t.is(overRounds([]).worstGapMs, Number.NaN);
});

test('of the frozen, the last counts, and one that was never dropped counts as never', (t) => {
  const one = { tookMs: 100, droppedMs: 4300 };
  const other = { tookMs: 4000, droppedMs: 8200 };
  t.deepEqual(dropsOf([one, other]), { frozen: 2, dropped: 2, lastMs: 8200, afterLastByteMs: 4200 });
  const kept = dropsOf([one, { ...other, droppedMs: null }]);
  t.deepEqual(kept, { frozen: 2, dropped: 1, lastMs: Infinity, afterLastByteMs: Infinity });
  t.is(dropsOf([]).lastMs, Number.NaN);
});

test('the gap of the healthy is compared with that of the same round', (t) => {
  const gap = (worstGapMs: number) => ({ load: { worstGapMs } }) as Measured;
  t.is(gapRatio({ calm: [gap(20), gap(30), undefined], frozen: [gap(22), gap(30), gap(500)] }), 1.05);
});

test('a goal is met, missed, never reached or not measured', (t) => {
  const goals = [1.1, 1.11, Infinity, Number.NaN].map((measured) => limitGoal('CPU', measured, 1.1));
  t.deepEqual(
    goals.map(({ met, measured }) => [met, measured]),
    [
      [true, '1.10'],
      [false, '1.11'],
      [false, 'never'],
      [undefined, '-'],
    ],
  );
  t.regex(goalsTable(goals), /\| CPU +\| ≤ 1\.1 +\| 1\.11 +\| no +\|/);
});

test('what is no result of the load generator is not taken for one', (t) => {
  const line =
    '{"listeners":1,"connectMs":1,"measuredMs":1,"worstGapMs":1,"latencyMaxMs":1,"frozen":[],"latencyUs":[]}';
  t.is(parseLoadResult(line).listeners, 1);
  for (const other of [
    '',
    'measured',
    '{}',
    line.replace('"frozen":[]', '"frozen":1'),
    line.replace(':1,', ':null,'),
  ]) {
    t.throws(() => parseLoadResult(other), undefined, other);
  }
});

test('a stamped frame has its size, its time and its number', (t) => {
  const frames = new StampedFrames(STREAMS.mp3);
  const before = process.hrtime.bigint();
  const [first, second] = [frames.next(), frames.next()];
  t.is(first.length, 417);
  const at = first.indexOf('BFTS');
  t.is(second.indexOf('BFTS'), at);
  t.true(first.readBigUInt64LE(at + 4) >= before && first.readBigUInt64LE(at + 4) <= process.hrtime.bigint());
  t.deepEqual(
    [first, second].map((frame) => frame.readUInt32LE(at + 12)),
    [0, 1],
  );
});

test('options are whole numbers, lists of them and switches', (t) => {
  const defaults = { rounds: 3, listeners: [10, 100], quick: false } as const;
  t.deepEqual(parseOptions(defaults, []), { rounds: 3, listeners: [10, 100], quick: false });
  t.deepEqual(parseOptions(defaults, ['--quick', '--listeners', '5,7', '--rounds=1']), {
    rounds: 1,
    listeners: [5, 7],
    quick: true,
  });
  for (const wrong of [
    ['--rounds', '1.5'],
    ['--rounds', '-1'],
    ['--rounds', ''],
    ['--listeners', '1,'],
    ['--other', '1'],
    ['1'],
  ]) {
    t.throws(() => parseOptions(defaults, wrong), undefined, wrong.join(' '));
  }
});
