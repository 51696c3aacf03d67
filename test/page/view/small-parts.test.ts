import test from 'ava';
import { encode } from 'uqr';
import { gainOf, percentOf } from '../../../src/page/view/gain.ts';
import { QUIET_ZONE, qrPath } from '../../../src/page/view/qr-path.ts';

test('the volume is what was remembered, and full when that makes no sense', (t) => {
  t.deepEqual(['0', '35', '100', '', 'loud', '-1', '101', undefined].map(percentOf), [
    0,
    35,
    100,
    ...Array(5).fill(100),
  ]);
});

test('half of the slider is a quarter of the gain', (t) => t.deepEqual([0, 50, 100].map(gainOf), [0, 0.25, 1]));

test('the path of a QR code covers its dark modules, and nothing else', (t) => {
  const modules = encode('http://boardfeed.local/', { ecc: 'M', border: 0 }).data;
  const drawn = modules.map((row) => row.map(() => false));
  for (const [, x, y, width] of qrPath(modules).matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    const row = drawn[Number(y) - QUIET_ZONE] ?? [];
    row.fill(true, Number(x) - QUIET_ZONE, Number(x) - QUIET_ZONE + Number(width));
  }
  t.deepEqual(drawn, modules);
});
