import { element, write } from './dom.ts';
import { recall, remember } from './memory.ts';

const FULL_PERCENT = 100;

/** Gain of a place of the slider: its square, since ears hear ratios. Half way is −12 dB. */
export const gainOf = (percent: number): number => (percent / FULL_PERCENT) ** 2;

/** A remembered place of the slider; the full volume when there is none that makes sense. */
export function percentOf(remembered: string | undefined): number {
  const percent = remembered === undefined || remembered === '' ? Number.NaN : Number(remembered);
  return percent >= 0 && percent <= FULL_PERCENT ? Math.round(percent) : FULL_PERCENT;
}

/** Sets the slider up as it was left the last time; tells the gain (0 to 1) now and whenever it is moved. */
export function setUpVolume(onGain: (gain: number) => void): void {
  const slider = element<HTMLInputElement>('volume');
  const shown = element('volume-shown');
  const tell = () => {
    write(shown, `${slider.value} %`);
    onGain(gainOf(Number(slider.value)));
  };
  slider.value = `${percentOf(recall('volume'))}`;
  slider.addEventListener('input', tell);
  slider.addEventListener('change', () => remember('volume', slider.value));
  tell();
}
