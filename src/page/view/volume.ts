import { element, write } from './dom.ts';
import { gainOf, percentOf } from './gain.ts';
import { recall, remember } from './memory.ts';

/** Sets the slider up as it was left the last time; tells the gain (0 to 1) now and whenever it is moved. */
export function setUpVolume(onGain: (gain: number) => void): void {
  const slider = element<HTMLInputElement>('volume');
  const shown = element('volume-shown');
  const tell = () => {
    write(shown, `${slider.value}\u00a0%`);
    onGain(gainOf(Number(slider.value)));
  };
  slider.value = `${percentOf(recall('volume'))}`;
  slider.addEventListener('input', tell);
  slider.addEventListener('change', () => remember('volume', slider.value));
  tell();
}
