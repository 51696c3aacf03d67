import test from 'ava';
import { LogBudget } from '../src/log-budget.ts';

test('so many an hour, and how many were refused', (t) => {
  let nowMs = 0;
  const budget = new LogBudget(2, () => nowMs);
  t.deepEqual([budget.spend(), budget.spend(), budget.spend(), budget.spend()], [0, 0, undefined, undefined]);
  nowMs = 3_599_999;
  t.is(budget.spend(), undefined);
  nowMs = 3_600_000;
  t.deepEqual([budget.spend(), budget.spend(), budget.spend()], [3, 0, undefined]);
});
