import test from 'ava';
import { clock, count, dbfs, delay, duration, figure, gainDb, size } from '../../../src/page/desk/units.ts';

test('figures are written as people write them', (t) => {
  t.deepEqual([figure(-0.04, 1), figure(-3.25, 1), figure(12)], ['0.0', '−3.3', '12']);
  t.deepEqual([dbfs(0), dbfs(-12.34), dbfs(-150)], ['0.0 dBFS', '−12.3 dBFS', '−∞ dBFS']);
  t.deepEqual([gainDb(6), gainDb(-6), gainDb(0), gainDb(-99_999)], ['+6.0 dB', '−6.0 dB', '0.0 dB', '−∞ dB']);
  t.deepEqual([delay(84.6), delay(999.4), delay(2700)], ['85 ms', '999 ms', '2.7 s']);
  t.deepEqual([size(640_000), size(87_400_000), size(5_200_000_000)], ['640 kB', '87 MB', '5.2 GB']);
  t.deepEqual([count(1, 'time', 'times'), count(0, 'time', 'times')], ['1 time', '0 times']);
});

test('a time that has passed is said in its two largest units', (t) => {
  const expected: [number, string][] = [
    [-1, '0 s'],
    [59.4, '59 s'],
    [60, '1 min'],
    [80, '1 min 20 s'],
    [601, '10 min'],
    [3600, '1 h'],
    [11_100, '3 h 5 min'],
    [86_400, '1 day'],
    [187_400, '2 days 4 h'],
  ];
  for (const [seconds, words] of expected) t.is(duration(seconds), words);
});

test('the time of the day has two digits for each part', (t) => {
  const at = new Date(2026, 2, 1, 9, 5, 7).getTime();
  t.deepEqual([clock(at), clock(at, true)], ['09:05', '09:05:07']);
});
