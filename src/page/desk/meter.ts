import type { ChannelLevel } from '../../programme/levels.ts';
import { make, setAttribute, setText } from './dom.ts';
import { shareOf } from './scale.ts';
import { dbfs } from './units.ts';

/** The marks of the scale, dBFS. */
const MARKS = [-40, -20, 0];
/** The loudest peak stays visible for so long, ms. */
const HOLD_MS = 5000;

/** Makes a level meter. Returns what shows levels, one for each channel; none: they are not known. */
export function makeMeter(place: HTMLElement): (levels: readonly ChannelLevel[]) => void {
  const bars: Bar[] = [];
  const scale = make('div', { class: 'scale', 'aria-hidden': 'true' });
  for (const mark of MARKS) {
    const label = make('span', {}, `${mark}`.replace('-', '−'));
    label.style.left = percent(shareOf(mark));
    scale.append(label);
  }
  place.append(scale);
  return (levels) => {
    while (bars.length < levels.length) {
      const bar = makeBar(bars.length, levels.length);
      bars.push(bar);
      place.insertBefore(bar.element, scale);
    }
    bars.forEach((bar, channel) => {
      bar.show(levels[channel]);
    });
  };
}

interface Bar {
  readonly element: HTMLElement;
  show(level: ChannelLevel | undefined): void;
}

function makeBar(channel: number, of: number): Bar {
  const [short, long] = of === 2 ? ([['L', 'Left'] as const, ['R', 'Right'] as const][channel] ?? ['', '']) : ['', ''];
  const name = short || `${channel + 1}`;
  const cover = make('div', { class: 'cover' });
  const veil = make('div', { class: 'veil' });
  const hold = make('div', { class: 'hold' });
  const track = make(
    'div',
    {
      class: 'track',
      role: 'meter',
      'aria-label': `Level ${long || name}`,
      'aria-valuemin': '-60',
      'aria-valuemax': '0',
    },
    veil,
    cover,
    hold,
  );
  const figureOf = make('span', { class: 'figure', 'aria-hidden': 'true' });
  let held = { dbfs: Number.NEGATIVE_INFINITY, untilMs: 0 };
  return {
    element: make('div', { class: 'bar' }, make('span', { 'aria-hidden': 'true' }, name), track, figureOf),
    show(level) {
      const peak = level?.peakDbfs ?? Number.NEGATIVE_INFINITY;
      const now = performance.now();
      if (!level || peak >= held.dbfs || now > held.untilMs) held = { dbfs: peak, untilMs: now + HOLD_MS };
      cover.style.left = percent(shareOf(peak));
      veil.style.left = percent(shareOf(level?.rmsDbfs ?? Number.NEGATIVE_INFINITY));
      hold.style.left = percent(shareOf(held.dbfs));
      hold.hidden = shareOf(held.dbfs) === 0;
      const words = level ? dbfs(peak) : 'not known';
      setText(figureOf, level ? words : '–');
      setAttribute(track, 'aria-valuenow', `${Math.max(-60, Math.min(0, Math.round(peak)))}`);
      setAttribute(track, 'aria-valuetext', words);
    },
  };
}

const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
