import { native } from '../../src/native.ts';

/*
 * Calls of the addon's mixer, one after the other, on the cards of cards.conf: alsa-lib reads the environment of the process (see
 * _cards.ts). Prints what each resolved to, or the text of its error.
 */
export type MixerCall = Parameters<typeof native.mixerRead> | Parameters<typeof native.mixerChange>;

const answers: unknown[] = [];
for (const [card, change] of JSON.parse(process.argv[2] ?? '[]') as MixerCall[]) {
  const asked = change ? native.mixerChange(card, change) : native.mixerRead(card);
  answers.push(await asked.catch((error: Error) => error.message));
}
process.stdout.write(JSON.stringify(answers));
