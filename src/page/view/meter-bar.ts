import type { Needle } from './ballistics.ts';
import { make, write } from './dom.ts';
import { levelAsNumber, partOf } from './scale.ts';

/** The parts of one channel's bar that move. */
export interface Bar {
  readonly row: HTMLElement;
  readonly peak: readonly [window: HTMLElement, colours: HTMLElement];
  readonly rms: readonly [window: HTMLElement, colours: HTMLElement];
  readonly hold: HTMLElement;
  readonly number: HTMLElement;
}

/** Makes the bar of one channel. */
export function makeBar(name: string): Bar {
  const layer = (className: string) => {
    const colours = make('span', 'colours');
    return [make('span', `layer ${className}`, colours), colours] as const;
  };
  const peak = layer('peak');
  const rms = layer('rms');
  const hold = make('span', 'hold');
  const number = make('span', 'number');
  const track = make('span', 'track', peak[0], rms[0], hold);
  const row = make('div', 'bar', ...(name === '' ? [] : [make('span', 'channel', name)]), track, number);
  return { row, peak, rms, hold, number };
}

/** Moves a bar by transforms alone, so that nothing is laid out anew. */
export function drawBar({ peak, rms, hold, number }: Bar, needle: Needle, known: boolean, numbers: boolean): void {
  uncover(peak, partOf(needle.peakDbfs));
  uncover(rms, partOf(needle.rmsDbfs));
  const held = partOf(needle.holdDbfs);
  hold.style.transform = `translateX(${percent(held - 1)})`;
  hold.style.opacity = held > 0 ? '1' : '0';
  if (numbers) write(number, known ? levelAsNumber(needle.holdDbfs) : '');
}

const percent = (part: number) => `${(part * 100).toFixed(2)}%`;

/** Moves a window over colours that stand still: it goes one way and they go the other. */
function uncover([window, colours]: Bar['peak'], part: number): void {
  window.style.transform = `translateX(${percent(part - 1)})`;
  colours.style.transform = `translateX(${percent(1 - part)})`;
}
