import test from 'ava';
import fc from 'fast-check';
import { levelAsNumber, NUMBERS_DBFS, partOf } from '../../../src/page/view/scale.ts';

test('the scale is that of IEC 60268-18: loud levels have most of the room', (t) => {
  const table = [
    [-150, 0],
    [-70, 0],
    [-60, 0.025],
    [-45, 0.1125],
    [-40, 0.15],
    [-30, 0.3],
    [-20, 0.5],
    [-10, 0.75],
    [0, 1],
    [3, 1],
  ] as const;
  for (const [dbfs, part] of table) t.true(Math.abs(partOf(dbfs) - part) < 1e-9, `${dbfs} dBFS at ${partOf(dbfs)}`);
});

test('a louder level never stands lower', (t) => {
  const dbfs = fc.double({ min: -150, max: 6, noNaN: true });
  fc.assert(fc.property(dbfs, dbfs, (one, other) => one < other === false || partOf(one) <= partOf(other)));
  t.pass();
});

test('the numbers leave room for each other on the narrowest phone', (t) => {
  const places = NUMBERS_DBFS.map(partOf);
  for (const [index, place] of places.entries()) if (index > 0) t.true(place - (places[index - 1] ?? 0) >= 0.15);
});

test('levels are written with a real minus sign, without a fraction', (t) => {
  t.deepEqual([0, -0.4, -0.6, -12.5, -99, -120, -150].map(levelAsNumber), ['0', '0', '−1', '−12', '−99', '−∞', '−∞']);
});
