import test from 'ava';
import { answerRange, CLAIMED_BYTES } from '../../src/http/range.ts';

for (const [header, probe, expected] of [
  [undefined, 'answer', 'whole'],
  ['bytes=0-', 'answer', 'whole'],
  ['bytes=0-1', 'ignore', 'whole'],
  ['bytes=0-1', 'answer', 1],
  ['bytes=0-0', 'answer', 0],
  ['bytes=0-41', 'answer', 41],
  ['bytes=0-42', 'answer', 'whole'],
  ['bytes=0-65535', 'answer', 'whole'],
  ['bytes=0-1073741821', 'answer', 'whole'],
  ['bytes=0-1073741822', 'answer', 1073741822],
  ['bytes=0-99999999999999', 'answer', CLAIMED_BYTES - 1],
  ['bytes=5-9', 'answer', 'whole'],
  ['bytes=-5', 'answer', 'whole'],
  ['bytes=0-1,3-4', 'answer', 'whole'],
  ['bytes=0-1x', 'answer', 'whole'],
  ['items=0-1', 'answer', 'whole'],
  [`bytes=0-${'9'.repeat(5000)}`, 'answer', 'whole'],
] as const) {
  test(`${String(header).slice(0, 30)} where probes are to ${probe}: ${expected}`, (t) => {
    t.deepEqual(
      answerRange(header, probe),
      expected === 'whole' ? { kind: 'whole' } : { kind: 'part', from: 0, to: expected },
    );
  });
}
