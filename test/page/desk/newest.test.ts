import test from 'ava';
import { newestOnly } from '../../../src/page/desk/newest.ts';

test('one value is under way at most, and the newest is never lost', async (t) => {
  const sent: number[] = [];
  const answers: (() => void)[] = [];
  const overtaken: boolean[] = [];
  const sender = newestOnly<number>(async (value, isOvertaken) => {
    sent.push(value);
    await new Promise<void>((resolve) => answers.push(resolve));
    overtaken.push(isOvertaken());
  });
  for (const value of [1, 2, 3]) sender.send(value);
  t.deepEqual([sent, sender.busy()], [[1], true]);
  answers.shift()?.();
  await new Promise(setImmediate);
  t.deepEqual([sent, overtaken], [[1, 3], [true]]);
  answers.shift()?.();
  await new Promise(setImmediate);
  t.deepEqual([sent, overtaken, sender.busy()], [[1, 3], [true, false], false]);
  sender.send(4);
  t.deepEqual(sent, [1, 3, 4]);
});
