import test from 'ava';
import fc from 'fast-check';
import { quantile, summarize } from '../../bench/statistics.ts';
import { table } from '../../bench/table.ts';

test('quantiles interpolate between neighbours', (t) => {
  t.is(quantile([3, 1, 2], 0.5), 2);
  t.is(quantile([4, 1, 2, 3], 0.5), 2.5);
  t.is(quantile([10, 20], 0.95), 19.5);
  t.is(quantile([7], 0.95), 7);
  t.is(quantile([], 0.5), Number.NaN);
});

test('a summary is ordered, and does not depend on the order of the figures', (t) => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 }), (values) => {
      const { min, median, p95, max, spread, count } = summarize(values);
      t.deepEqual(summarize(values.toReversed()), { min, median, p95, max, spread, count });
      return min <= median && median <= p95 && p95 <= max && spread === max - min && count === values.length;
    }),
  );
});

test('a table lines up, numbers on the right', (t) => {
  t.is(
    table(
      ['what', 'ms'],
      [
        ['a', 1],
        ['longer', 22.25],
      ],
    ),
    ['| what   |   ms |', '| ------ | ---: |', '| a      |  1.0 |', '| longer | 22.3 |'].join('\n'),
  );
  t.is(
    table(['x'], [[Number.NaN]])
      .split('\n')
      .at(-1),
    '|   - |',
  );
});
