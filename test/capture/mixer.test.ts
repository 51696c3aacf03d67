import test from 'ava';
import { CaptureMixer, type PresentSource } from '../../src/capture/mixer.ts';
import type { MixerElement } from '../../src/native.ts';

const ALSA: PresentSource = () => ({ kind: 'alsa', name: 'hw:CARD=CODEC,DEV=0' });
const GAIN = { min: 0, max: 31, values: [10], minDb: -99999.99, maxDb: 30, valuesDb: [-99999.99] };

/** A card with one control, which answers when it is let. `asked` is what came to it, in order. */
function card() {
  const asked: string[] = [];
  const open: (() => void)[] = [];
  let gate = Promise.resolve();
  let elements: MixerElement[] = [{ name: 'Mic', index: 0, gain: GAIN, on: true }];
  let error: Error | undefined;
  const answer = async (what: string): Promise<MixerElement[]> => {
    asked.push(what);
    await gate;
    if (error) throw error;
    return elements;
  };
  return {
    asked,
    calls: {
      mixerRead: (name: string) => answer(`read ${name}`),
      mixerChange: (name: string, { gain }: { gain?: number | undefined }) => {
        elements = [{ name: 'Mic', index: 0, gain: { ...GAIN, values: [gain ?? 10] }, on: true }];
        return answer(`change ${name} ${gain}`);
      },
    },
    hang: () => {
      gate = new Promise<void>((resolve) => open.push(resolve));
    },
    answerAll: () => {
      for (const one of open) one();
    },
    has: (others: MixerElement[]) => {
      elements = others;
    },
    goes: (message: string) => {
      error = new Error(message);
    },
  };
}

test('the controls of the card that is captured from; a step that mutes has a level that a page can show', async (t) => {
  const { calls, asked } = card();
  const { controls, ...rest } = await new CaptureMixer(ALSA, calls).read();
  t.deepEqual(rest, { card: 'hw:CARD=CODEC' });
  t.deepEqual(controls, [{ name: 'Mic', index: 0, gain: { ...GAIN, minDb: -150, valuesDb: [-150] }, on: true }]);
  t.deepEqual(asked, ['read hw:CARD=CODEC']);
});

for (const [source, words] of [
  [{}, /no sound card/],
  [{ kind: 'demo', name: 'demo signal' }, /demo signal has no mixer/],
  [{ kind: 'file', name: '/x.wav' }, /sound file has no mixer/],
] as const)
  test(`a source without a mixer: ${JSON.stringify(source)}`, async (t) => {
    const { calls, asked } = card();
    const mixer = new CaptureMixer(() => source, calls);
    const { card: name, problem, controls } = await mixer.read();
    t.deepEqual([name, controls], [undefined, []]);
    t.regex(problem ?? '', words);
    const answer = await mixer.change({ name: 'Mic', index: 0, gain: 1 });
    t.is(answer.refused, 'none');
    t.deepEqual(asked, []);
  });

test('a card without controls for capture says so', async (t) => {
  const { calls, has } = card();
  has([]);
  const { card: name, problem, controls } = await new CaptureMixer(ALSA, calls).read();
  t.deepEqual([name, controls], ['hw:CARD=CODEC', []]);
  t.regex(problem ?? '', /no control/);
});

test('a card that has gone: both questions say so in words', async (t) => {
  const { calls, goes } = card();
  goes('hw:CARD=CODEC: open the mixer: No such device');
  const mixer = new CaptureMixer(ALSA, calls);
  const { card: name, problem } = await mixer.read();
  t.is(name, undefined);
  t.regex(problem ?? '', /hw:CARD=CODEC cannot be reached .*No such device/);
  const answer = await mixer.change({ name: 'Mic', index: 0, gain: 1 });
  t.is(answer.refused, 'gone');
  t.regex(answer.refused ? (answer.faults[0] ?? '') : '', /No such device/);
});

test('a change is judged, made, and answered with what the card then says', async (t) => {
  const { calls, asked } = card();
  const mixer = new CaptureMixer(ALSA, calls);
  const taken = await mixer.change({ name: 'Mic', index: 0, gain: 31 });
  t.is(taken.refused, undefined);
  t.deepEqual(taken.refused === undefined && taken.mixer.controls[0]?.gain?.values, [31]);
  const wrong = await mixer.change({ name: 'Mic', index: 0, gain: 32 });
  t.is(wrong.refused, 'wrong');
  t.deepEqual(asked, ['read hw:CARD=CODEC', 'change hw:CARD=CODEC 31', 'read hw:CARD=CODEC']);
});

test('changes go to the card one after the other, in their order', async (t) => {
  const { calls, asked } = card();
  const mixer = new CaptureMixer(ALSA, calls);
  await Promise.all([1, 2, 3].map((gain) => mixer.change({ name: 'Mic', index: 0, gain })));
  const [read, ...changes] = ['read', 'change hw:CARD=CODEC 1', 'change hw:CARD=CODEC 2', 'change hw:CARD=CODEC 3'];
  t.deepEqual(
    asked.map((one) => (one.startsWith('read') ? read : one)),
    changes.flatMap((change) => [read, change]),
  );
});

test('a driver that hangs: everybody is told, few wait, and what was given up is not done later', async (t) => {
  const { calls, asked, hang, answerAll } = card();
  const mixer = new CaptureMixer(ALSA, calls, 50);
  hang();
  const answers = await Promise.all(Array.from({ length: 20 }, () => mixer.change({ name: 'Mic', index: 0, gain: 1 })));
  const faults = answers.map((answer) => (answer.refused ? answer.faults.join() : 'taken'));
  t.is(faults.filter((fault) => /no answer for 50 ms/.test(fault)).length, 8);
  t.is(faults.filter((fault) => /too many are asking/.test(fault)).length, 12);
  t.deepEqual(asked, ['read hw:CARD=CODEC']);
  answerAll();
  await new Promise(setImmediate);
  t.deepEqual((await mixer.read()).controls[0]?.gain?.values, [10]);
  t.deepEqual(
    asked.filter((one) => one.startsWith('change')),
    [],
  );
});
