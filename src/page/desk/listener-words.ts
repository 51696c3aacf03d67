import type { DeskListener } from '../../desk/contract.ts';
import { delay, duration } from './units.ts';

/** Heads of the table's columns. */
export const TITLES: readonly string[] = ['Format', 'Address', 'Since', 'Behind', 'Heard after', 'Interruptions'];

/** Stands for what nobody knows. */
export const NOT_KNOWN = '–';

/** What has not been taken for so long has piled up: bad networks catch up sooner, as a rule. */
const LAGS_MS = 500;
const LAGS_BADLY_MS = 2000;

/** Whether a listener keeps up. */
export function delayMood({ behindMs }: DeskListener): 'good' | 'warn' | 'bad' {
  if (behindMs >= LAGS_BADLY_MS) return 'bad';
  return behindMs >= LAGS_MS ? 'warn' : 'good';
}

/** A listener in words, a text for each column. What is not known is a dash. */
export function listenerCells(listener: DeskListener): string[] {
  const { format, address, connectedS, behindMs, heardBehindMs, dropouts } = listener;
  const lags = delayMood(listener) === 'good' ? '' : ', lags';
  return [
    format,
    address,
    duration(connectedS),
    `${delay(behindMs)}${lags}`,
    heardBehindMs === undefined ? NOT_KNOWN : delay(heardBehindMs),
    dropouts === undefined ? NOT_KNOWN : `${dropouts}`,
  ];
}
