import test from 'ava';
import { backoffMs } from '../../src/push/backoff.ts';

for (const [failures, leastMs, mostMs] of [
  [1, 500, 1000],
  [2, 1000, 2000],
  [3, 2000, 4000],
  [6, 16_000, 32_000],
  [7, 30_000, 60_000],
  [1000, 30_000, 60_000],
  [100_000, 30_000, 60_000],
] as const) {
  test(`after ${failures} failures in a row: from ${leastMs} to ${mostMs} ms`, (t) => {
    t.is(backoffMs(failures, 0), leastMs);
    t.is(backoffMs(failures, 1), mostMs);
    const ms = backoffMs(failures);
    t.true(ms >= leastMs && ms <= mostMs);
  });
}

test('two boxes do not wait for the same time', (t) => {
  t.true(new Set(Array.from({ length: 20 }, () => backoffMs(5))).size > 10);
});
