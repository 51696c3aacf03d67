import test from 'ava';
import type { SettingField } from '../../../src/desk/contract.ts';
import { parseRaw, rawOf, valueWords } from '../../../src/page/desk/values.ts';

const field = (kind: SettingField['kind'], more: Partial<SettingField> = {}): SettingField => ({
  ...{ name: 'a.b', value: '', preset: '', help: '', expects: 'what is expected', unit: '', effect: 'now' },
  ...{ kind, ...more },
});
const refused = { fault: 'Expected what is expected.' };

test('what is typed becomes a value of the right kind', (t) => {
  t.deepEqual(parseRaw(field('flag'), true), { value: true });
  t.deepEqual(parseRaw(field('text'), ' as it is '), { value: ' as it is ' });
  t.deepEqual(parseRaw(field('choice', { choices: [16, 24] }), '24'), { value: 24 });
  t.deepEqual(parseRaw(field('choice', { choices: ['info', 'warn'] }), 'warn'), { value: 'warn' });
  for (const typed of ['1, 2', '[1,2]', ' 1 2 ', '1;2'])
    t.deepEqual(parseRaw(field('channels'), typed), { value: [1, 2] });
  const level = field('number', { min: -120, max: 0 });
  for (const typed of ['-2.5', '−2,5', ' -2.5 ']) t.deepEqual(parseRaw(level, typed), { value: -2.5 });
});

test('what cannot be a value is refused with what is expected', (t) => {
  const number = field('number', { min: 2, max: 100 });
  for (const typed of ['', ' ', 'ten', '1', '101', '1e999', '5 ms'])
    t.deepEqual(parseRaw(number, typed), refused, typed);
  for (const typed of ['', 'left', '1, x', '1.5', '-1'])
    t.deepEqual(parseRaw(field('channels'), typed), refused, typed);
  t.deepEqual(parseRaw(field('choice', { choices: [16, 24] }), '20'), refused);
});

test('a value is shown as it would be typed, and said in words', (t) => {
  t.deepEqual([rawOf(true), rawOf(128), rawOf('x'), rawOf([3, 4])], [true, '128', 'x', '3, 4']);
  t.deepEqual(
    [valueWords({ unit: 'kbit/s' }, 128), valueWords({ unit: '' }, false), valueWords({ unit: '' }, '')],
    ['128 kbit/s', 'off', 'empty'],
  );
});
