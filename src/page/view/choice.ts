import { recall, remember } from './memory.ts';

/** The ways to listen that the page offers. */
export type Sound = 'quick' | 'uncompressed' | 'robust';

/** Sets the choice up as it was left the last time, and tells of each change. Returns what is chosen. */
export function setUpChoice(onChoice: (sound: Sound) => void): Sound {
  const options = [...document.querySelectorAll<HTMLInputElement>('input[name="sound"]')];
  const remembered = options.find(({ value }) => value === recall('sound'));
  if (remembered) remembered.checked = true;
  for (const option of options) {
    option.addEventListener('change', () => {
      remember('sound', option.value);
      onChoice(option.value as Sound);
    });
  }
  return (options.find(({ checked }) => checked)?.value ?? 'quick') as Sound;
}
