import test from 'ava';
import type { MixerElement } from '../../src/native.ts';
import { runScript, scriptedCards } from './_cards.ts';
import type { MixerCall } from './_mixer.ts';

const cards = scriptedCards();

async function answersTo(...calls: MixerCall[]): Promise<(MixerElement[] | string)[]> {
  const { code, signal, stdout, stderr } = await runScript('_mixer.ts', calls, await cards);
  if (code !== 0) throw new Error(`exit code ${code}, signal ${signal}: ${stderr}`);
  return JSON.parse(stdout);
}

const MIC: MixerElement = {
  name: 'Mic',
  index: 0,
  gain: { min: 0, max: 31, values: [10, 12], minDb: -16, maxDb: 30.5, valuesDb: [-1, 2] },
  on: true,
};
const OTHERS: MixerElement[] = [
  { name: 'Line', index: 0, gain: { min: -5, max: 5, values: [-5] } },
  { name: 'Line', index: 1, gain: { min: -5, max: 5, values: [5] } },
  { name: 'Digital', index: 0, on: false },
  { name: 'Filter', index: 0, options: ['Off', '80 Hz', '120 Hz'], option: 1 },
];
const sorted = (elements: MixerElement[] | string | undefined) =>
  Array.isArray(elements)
    ? elements.sort((a, b) => `${a.name}${a.index}`.localeCompare(`${b.name}${b.index}`))
    : elements;

test('every element that concerns capture is read, with what it has and nothing else', async (t) => {
  const [elements] = await answersTo(['card']);
  t.deepEqual(sorted(elements), sorted([MIC, ...OTHERS]));
});

test('a change answers with how all elements stand afterwards', async (t) => {
  const [first, second, third] = await answersTo(
    ['card', { name: 'Mic', index: 0, gain: 0, on: false }],
    ['card', { name: 'Line', index: 1, gain: -3 }],
    ['card', { name: 'Filter', index: 0, option: 0 }],
  );
  const find = (elements: MixerElement[] | string | undefined, name: string, index = 0) =>
    Array.isArray(elements) ? elements.find((element) => element.name === name && element.index === index) : elements;
  t.like(find(first, 'Mic'), { on: false, gain: { values: [0, 0], valuesDb: [-16, -16] } });
  t.deepEqual(find(second, 'Line', 0)?.valueOf(), OTHERS[0]);
  t.like(find(second, 'Line', 1), { gain: { values: [-3] } });
  t.like(find(second, 'Mic'), { on: false });
  t.like(find(third, 'Filter'), { option: 0 });
});

test('what cannot be is refused in the words of alsa-lib', async (t) => {
  t.deepEqual(
    await answersTo(
      ['card', { name: 'Mic', index: 0, gain: 32 }],
      ['card', { name: 'Fader', index: 0, gain: 1 }],
      ['no such card'],
      ['busy', { name: 'Mic', index: 0, on: true }],
    ),
    [
      'card: set Mic,0: Invalid argument',
      'card: set Fader,0: No such file or directory',
      'no such card: open the mixer: No such file or directory (Invalid CTL no such card)',
      'busy: open the mixer: Device or resource busy',
    ],
  );
});
