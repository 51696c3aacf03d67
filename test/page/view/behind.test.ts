import test from 'ava';
import { delayInWords, type Steady, steady } from '../../../src/page/view/behind.ts';

/** What is shown of the measured delays, taken every 250 ms. */
function shown(measured: readonly (number | undefined)[]): (number | undefined)[] {
  let last: Steady | undefined;
  return measured.map((ms) => {
    last = steady(last, ms, 250);
    return last?.shownMs;
  });
}

test('a delay that trembles is shown as one steady number', (t) => {
  const trembling = Array.from({ length: 400 }, (_, at) => 82 + 12 * Math.sin(at * 1.7));
  const changes = shown(trembling).filter((ms, at, all) => at > 0 && ms !== all[at - 1]).length;
  t.true(changes <= 3, `${changes} changes`);
});

test('a delay that drifts is followed, a leap is shown at once', (t) => {
  const drifting = Array.from({ length: 200 }, (_, at) => 80 + at * 0.25);
  const last = shown(drifting).at(-1) ?? 0;
  t.true(Math.abs(last - 130) <= 10, `${last}`);
  t.is(shown([80, 80, 900]).at(-1), 900);
  t.is(shown([900, 85]).at(-1), 85);
});

test('what is not known is not shown, and what comes after it begins anew', (t) => {
  t.deepEqual(shown([80, undefined, 121, Number.NaN]), [80, undefined, 120, undefined]);
});

test('a clock that is slightly off shows no negative delay', (t) => t.deepEqual(shown([-7]), [0]));

test('delays in words', (t) => {
  t.deepEqual([0, 85, 995, 1000, 1449, 12_340].map(delayInWords), [
    '0 ms',
    '85 ms',
    '995 ms',
    '1.0 s',
    '1.4 s',
    '12.3 s',
  ]);
});
