import test from 'ava';
import { checkChange } from '../../src/capture/mixer-change.ts';
import type { MixerControl } from '../../src/desk/contract.ts';

const CONTROLS: MixerControl[] = [
  { name: 'Mic', index: 0, gain: { min: 0, max: 31, values: [10, 12] }, on: true },
  { name: 'Line', index: 0, gain: { min: -5, max: 5, values: [0] } },
  { name: 'Line', index: 1, on: true },
  { name: 'Filter', index: 0, options: ['Off', '80 Hz'], option: 0 },
];

for (const wish of [
  { name: 'Mic', index: 0, gain: 0 },
  { name: 'Mic', index: 0, gain: 31, on: false },
  { name: 'Line', index: 0, gain: -5 },
  { name: 'Line', index: 1, on: true },
  { name: 'Filter', index: 0, option: 1 },
])
  test(`taken: ${JSON.stringify(wish)}`, (t) => t.deepEqual(checkChange(wish, CONTROLS), { change: wish }));

for (const [wish, fault] of [
  [undefined, /^Expected/],
  [null, /^Expected/],
  ['Mic', /^Expected/],
  [[], /^Expected/],
  [{}, /^Expected/],
  [{ name: 'Mic', gain: 1 }, /^Expected/],
  [{ name: 'Mic', index: '0', gain: 1 }, /^Expected/],
  [{ name: 'Mic', index: -1, gain: 1 }, /^Expected/],
  [{ name: 1, index: 0, gain: 1 }, /^Expected/],
  [{ name: 'Mic', index: 0 }, /^Expected/],
  [{ name: 'Mic', index: 0, gain: 1, volume: 1 }, /^Expected/],
  [{ name: 'Fader', index: 0, gain: 1 }, /no control "Fader" with the index 0/],
  [{ name: 'Mic', index: 1, gain: 1 }, /no control "Mic" with the index 1/],
  [{ name: 'Mic', index: 0, gain: 32 }, /gain of "Mic" must be a whole number from 0 to 31/],
  [{ name: 'Mic', index: 0, gain: -1 }, /from 0 to 31/],
  [{ name: 'Mic', index: 0, gain: 1.5 }, /from 0 to 31/],
  [{ name: 'Mic', index: 0, gain: '1' }, /from 0 to 31/],
  [{ name: 'Mic', index: 0, gain: null }, /from 0 to 31/],
  [{ name: 'Mic', index: 0, on: 1 }, /"Mic" can be switched on \(true\) or off \(false\)/],
  [{ name: 'Mic', index: 0, option: 0 }, /"Mic" has no choice/],
  [{ name: 'Line', index: 0, on: true }, /"Line" cannot be switched/],
  [{ name: 'Line', index: 1, gain: 0 }, /"Line" has no gain/],
  [{ name: 'Filter', index: 0, option: 2 }, /one of 0 \(Off\), 1 \(80 Hz\)/],
] as const)
  test(`refused: ${JSON.stringify(wish)}`, (t) => {
    const { faults = [] } = checkChange(wish, CONTROLS);
    t.is(faults.length, 1);
    t.regex(faults[0] ?? '', fault);
  });

test('every fault is told', (t) => {
  t.is(checkChange({ name: 'Mic', index: 0, gain: 99, on: 'no', option: 1 }, CONTROLS).faults?.length, 3);
});
