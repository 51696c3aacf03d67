import type { MixerControl } from '../../desk/contract.ts';
import { figure, gainDb } from './units.ts';

/** The gain of a control. */
export type Gain = NonNullable<MixerControl['gain']>;

/** Below this a lowest step does not belong to the scale: it mutes. */
const MUTE_DB = -120;

/** The step at which a slider stands: the loudest channel. */
export function stepOf({ values, min }: Gain): number {
  return values.length > 0 ? Math.max(...values) : min;
}

/**
 * A step in words: in dB where the card knows, else in percent. Of the step that is set the card says the dB itself; between
 * its ends others lie on a straight line, as they do on nearly all cards.
 */
export function gainWords(gain: Gain, step: number): string {
  const { min, max, values, minDb, maxDb, valuesDb } = gain;
  const known = valuesDb?.[values.indexOf(step)];
  if (known !== undefined) return gainDb(known);
  const share = max > min ? (step - min) / (max - min) : 0;
  if (minDb === undefined || maxDb === undefined) return `${figure(100 * share)} %`;
  if (minDb <= MUTE_DB) return step === min ? gainDb(minDb) : `${figure(100 * share)} %`;
  return gainDb(minDb + share * (maxDb - minDb));
}

/** What else is to be said of a gain: its range, and channels that differ. */
export function gainHelp(gain: Gain): string {
  const range = `${gainWords(gain, gain.min)} to ${gainWords(gain, gain.max)}`;
  if (new Set(gain.values).size < 2) return range;
  const each = gain.values.map((step) => gainWords(gain, step)).join(' / ');
  return `${range}. Its channels differ (${each}); moving it makes them equal.`;
}
