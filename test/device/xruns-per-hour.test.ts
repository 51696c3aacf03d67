import test from 'ava';
import { XrunsPerHour } from '../../src/device/xruns-per-hour.ts';

const MIN = 60_000;

test('counts the last hour, through cards that begin anew', (t) => {
  const counter = new XrunsPerHour();
  t.is(counter.add(0, 5e9), 0);
  t.is(counter.add(3, 5e9 + MIN), 3);
  t.is(counter.add(3, 5e9 + 2 * MIN), 3);
  t.is(counter.add(5, 5e9 + 30 * MIN), 5);
  t.is(counter.add(1, 5e9 + 31 * MIN), 6, 'another card');
  t.is(counter.add(1, 5e9 + 60 * MIN), 6);
  t.is(counter.add(1, 5e9 + 61 * MIN), 3);
  t.is(counter.add(1, 5e9 + 89 * MIN), 3);
  t.is(counter.add(1, 5e9 + 90 * MIN), 1);
  t.is(counter.add(1, 5e9 + 500 * MIN), 0);
  t.is(counter.add(8, 5e9 + 500 * MIN), 7);
});
