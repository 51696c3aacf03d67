import { type Goal, limitGoal } from '../fanout/goals.ts';
import { median, quantile, summarize } from '../statistics.ts';
import { type Cell, table } from '../table.ts';
import { calmMinutes, type Drift } from './drift.ts';
import type { Glitch } from './glitches.ts';
import type { Heard } from './latency.ts';
import type { Claims, Ear } from './playing.ts';
import { isDisturbed } from './standstills.ts';

/** So much may the delay change in a long run, ms. */
const MOST_CHANGE_MS = 10;
/** A glitch of the ear is that of the stream when they are so near, s: the delay, and what the clocks of both counts differ by. */
const SAME_GLITCH_S = 1;
/** Which share of the minutes must be calm, so that their change says something. */
const LEAST_CALM = 1 / 3;
/** So many glitches are printed one by one. */
const MOST_PRINTED = 100;

/** What was measured of an ear in all rounds together. */
export interface Row {
  readonly name: string;
  readonly heard: readonly Heard[];
}

export function latencyTable(rows: readonly Row[]): string {
  const head = [
    '',
    'markers',
    'lost',
    'median',
    'p95',
    'min',
    'max',
    'spread',
    'says it is behind by',
    'of it, output',
  ];
  return table(
    head,
    rows.map(({ name, heard }): Cell[] => {
      const { count, median, p95, min, max, spread } = summarize(delaysOf(heard));
      const lost = heard.reduce((sum, one) => sum + one.lost, 0);
      const claims = heard.flatMap((one) => one.claims);
      return [name, `${count}`, `${lost}`, median, p95, min, max, spread, says(claims), outputOf(claims)];
    }),
  );
}

/** What an ear must keep; nothing when it has no goals. */
export function latencyGoals({ name, goals }: Ear, heard: readonly Heard[]): Goal[] {
  if (!goals) return [];
  const delays = delaysOf(heard);
  const lost = heard.reduce((sum, one) => sum + one.lost, 0);
  return [
    limitGoal(`${name}: median, ms`, median(delays), goals.medianMs),
    limitGoal(`${name}: p95, ms`, quantile(delays, 0.95), goals.p95Ms),
    limitGoal(`${name}: markers lost`, heard.length === 0 ? Number.NaN : lost, 0),
  ];
}

/** Says what a long run has shown. */
export function driftReport(name: string, drift: Drift): string {
  const {
    minutesMs,
    markers,
    lostS,
    glitches,
    mixerGlitches,
    sentGlitches,
    judgedS,
    clocks,
    claims,
    mendedFrames,
    timesLost,
  } = drift;
  const calm = calmMinutes(drift);
  const all = summarize(markers.map(({ delayMs }) => delayMs));
  const lines = [
    `\n${name}: ${markers.length} markers heard, ${lostS.length} lost${timesOf(lostS)}; the sine was judged for ${judgedS.toFixed(0)} s.`,
    `The card was ${ppm(clocks.cardToEarPpm)} off the ear's clock, as the box counts frames (${ppm(clocks.cardPpm)} and ${ppm(clocks.earPpm)} off the monotonic clock); the box mended ${mendedFrames} frames and lost the card ${timesLost} times.`,
    `It says that it is behind by ${says(claims)} ms; ${outputOf(claims)} ms of it are Chromium's output.`,
    `Its store was empty ${growth(claims, 'dropouts')} times, Chromium's output late ${growth(claims, 'underruns')} times; what the box sent had ${sentGlitches.length} glitches itself${timesOf(sentGlitches.map(({ atS }) => atS))}, what was in the mixer ${mixerGlitches.length}${timesOf(mixerGlitches.map(({ atS }) => atS))}.\n`,
    disturbanceOf(drift),
    table(
      ['minute', 'delay, median', 'calm'],
      minutesMs.map((ms, minute) => [`${minute + 1}`, ms.toFixed(2), calm[minute] ? 'yes' : 'no']),
    ),
    `\nFrom ${Math.min(...minutesMs).toFixed(2)} to ${Math.max(...minutesMs).toFixed(2)} ms; of all markers from ${all.min.toFixed(2)} to ${all.max.toFixed(2)} ms, median ${all.median.toFixed(2)}, p95 ${all.p95.toFixed(2)}.`,
    ...glitches
      .slice(0, MOST_PRINTED)
      .map(
        ({ atS, faults, size }) =>
          `Glitch at ${atS.toFixed(3)} s: ${faults.join(', ')}, ${size.toFixed(1)} times too much${isDisturbed(drift.disturbed ?? [], atS) ? ', the machine stood still' : ''}`,
      ),
  ];
  if (glitches.length > MOST_PRINTED) lines.push(`... and ${glitches.length - MOST_PRINTED} more`);
  return lines.join('\n');
}

/** The longest and the most of the standstills. */
function disturbanceOf({ disturbed, judgedS, glitches }: Drift): string {
  if (!disturbed) return 'Whether the machine stood still is not known: that takes the rights of root.\n';
  const seconds = disturbed.reduce((sum, { fromS, toS }) => sum + toS - fromS, 0);
  const during = glitches.filter(({ atS }) => isDisturbed(disturbed, atS)).length;
  return `The machine stood still ${disturbed.length} times, which spoiled ${Math.min(seconds, judgedS).toFixed(0)} s: ${during} glitches and the minutes that are not calm are held against nobody.\n`;
}

/** What every ear must keep in a long run while the machine runs; `drift` is undefined when it could not be measured. */
export function driftGoals(name: string, drift: Drift | undefined): Goal[] {
  const calm = drift ? calmMinutes(drift) : [];
  const minutesMs = drift?.minutesMs.filter((_, minute) => calm[minute]) ?? [];
  // The last of too few minutes tell nothing of a drift.
  const enough = drift !== undefined && minutesMs.length >= LEAST_CALM * drift.minutesMs.length;
  const change = enough ? Math.max(...minutesMs) - Math.min(...minutesMs) : Number.NaN;
  return [
    limitGoal(`${name}: change of the calm minutes' medians, ms`, change, MOST_CHANGE_MS),
    limitGoal(`${name}: glitches of its own`, drift ? ownGlitches(drift).length : Number.NaN, 0),
    limitGoal(`${name}: markers lost`, drift?.lostS.length ?? Number.NaN, 0),
  ];
}

const delaysOf = (heard: readonly Heard[]) => heard.flatMap(({ markers }) => markers.map(({ delayMs }) => delayMs));

function says(claims: readonly Claims[]): string {
  const said = claims.flatMap(({ behindMs }) => behindMs ?? []);
  return said.length === 0 ? '-' : median(said).toFixed(0);
}

/** Base latency and output latency of Chromium. */
function outputOf(claims: readonly Claims[]): string {
  const base = claims.flatMap(({ baseMs }) => baseMs ?? []);
  const output = claims.flatMap(({ outputMs }) => outputMs ?? []);
  return base.length === 0 ? '-' : `${median(base).toFixed(1)} + ${median(output).toFixed(1)}`;
}

const ppm = (value: number) => `${value.toFixed(0)} ppm`;
const timesOf = (seconds: readonly number[]) =>
  seconds.length === 0 ? '' : ` (at ${seconds.map((s) => s.toFixed(1)).join(', ')} s)`;

/** How much a count of the ear grew during the run; unknown where it does not tell. */
function growth(claims: readonly Claims[], name: 'dropouts' | 'underruns'): string {
  const counts = claims.flatMap((one) => one[name] ?? []);
  const [first, last] = [counts[0], counts.at(-1)];
  return first === undefined || last === undefined ? 'an unknown number of' : `${last - first}`;
}

/** The glitches of the ear that were not in what was played or sent, a moment before, and that came while the machine ran. */
function ownGlitches({ glitches, mixerGlitches, sentGlitches, disturbed = [] }: Drift): Glitch[] {
  const others = [...mixerGlitches, ...sentGlitches];
  const sent = (atS: number) => others.some((other) => Math.abs(atS - other.atS) < SAME_GLITCH_S);
  return glitches.filter(({ atS }) => !sent(atS) && !isDisturbed(disturbed, atS));
}
