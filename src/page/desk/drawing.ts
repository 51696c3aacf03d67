import type { LevelHistory } from '../../desk/contract.ts';
import { makeSvg } from './dom.ts';
import { columnsOf, LANES, type Spell, spellsOf, startMs, tickTimes } from './history.ts';
import { shareOf } from './scale.ts';
import { clock } from './units.ts';

/** Sizes in CSS pixels. */
export const PLOT = { left: 30, right: 8, top: 6, curve: 130, lane: 13, time: 18 };
/** Whole height of the drawing. */
export const HEIGHT = PLOT.top + PLOT.curve + 6 + LANES.length * PLOT.lane + PLOT.time;
const LANES_TOP = PLOT.top + PLOT.curve + 6;
const LINES_DBFS = [0, -20, -40, -60];
const HOUR_S = 3600;
/** The narrowest mark that can still be seen. */
const LEAST_MARK = 3;
const TRIANGLE = { width: 9, apart: 6 };

/** Where entries lie on a drawing of some width. A history shorter than an hour begins further right. */
export function xOf({ entries, stepS }: LevelHistory, width: number): (at: number) => number {
  const inner = Math.max(1, width - PLOT.left - PLOT.right);
  const all = Math.max(entries.length, Math.round(HOUR_S / stepS));
  return (at) => PLOT.left + (inner * (all - entries.length + at)) / all;
}

/** Draws curve, marks and time into an svg element. */
export function drawHistory(svg: SVGSVGElement, history: LevelHistory, width: number): void {
  const x = xOf(history, width);
  svg.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
  svg.replaceChildren(
    ...levelLines(width),
    ...times(history, x, width),
    ...curves(history, x, width),
    ...spellsOf(history.entries).flatMap((spell) => mark(spell, x)),
  );
}

const y = (level: number) => PLOT.top + PLOT.curve * (1 - shareOf(level));

function levelLines(width: number): SVGElement[] {
  return LINES_DBFS.flatMap((level) => [
    makeSvg('path', { class: 'grid', d: `M${PLOT.left} ${y(level)}H${width - PLOT.right}` }),
    makeSvg('text', { x: PLOT.left - 5, y: y(level) + 4, 'text-anchor': 'end' }, `${level}`.replace('-', '−')),
  ]);
}

function curves(history: LevelHistory, x: (at: number) => number, width: number): SVGElement[] {
  const columns = columnsOf(history.entries, width / 2);
  const [first] = columns;
  if (!first) return [];
  const path = (of: 'peakDbfs' | 'rmsDbfs') =>
    columns.map((column) => `${x(column.from).toFixed(1)} ${y(column[of]).toFixed(1)}`).join('L');
  const end = x(history.entries.length).toFixed(1);
  const floor = PLOT.top + PLOT.curve;
  return [
    makeSvg('path', { class: 'peak', d: `M${x(0).toFixed(1)} ${floor}L${path('peakDbfs')}H${end}V${floor}Z` }),
    makeSvg('path', { class: 'rms', d: `M${path('rmsDbfs')}H${end}` }),
  ];
}

/** Each lane has its own shape: a block, a hollow bar, triangles. */
function mark({ lane, from, to }: Spell, x: (at: number) => number): SVGElement[] {
  const top = LANES_TOP + LANES.indexOf(lane) * PLOT.lane;
  const left = x(from);
  const width = Math.max(LEAST_MARK, x(to) - left);
  if (lane !== 'clipping') return [makeSvg('rect', { class: lane, x: left, y: top + 2, width, height: PLOT.lane - 5 })];
  const some = Math.max(1, Math.floor(width / (TRIANGLE.width + TRIANGLE.apart)));
  return Array.from({ length: some }, (_, one) => {
    const middle = left + (width * (one + 0.5)) / some;
    const half = TRIANGLE.width / 2;
    return makeSvg('path', { class: lane, d: `M${middle} ${top + 1}l${half} ${PLOT.lane - 4}h${-2 * half}Z` });
  });
}

function times(history: LevelHistory, x: (at: number) => number, width: number): SVGElement[] {
  const end = startMs(history, history.entries.length);
  const ticks = tickTimes(end - HOUR_S * 1000, end, width < 520 ? 20 : 10);
  return ticks.flatMap((tick) => {
    const at = x(history.entries.length - (end - tick) / 1000 / history.stepS);
    const label = Math.max(PLOT.left + 8, Math.min(width - PLOT.right - 12, at));
    return [
      makeSvg('path', { class: 'grid', d: `M${at} ${PLOT.top}V${HEIGHT - PLOT.time + 3}` }),
      makeSvg('text', { x: label, y: HEIGHT - 3, 'text-anchor': 'middle' }, clock(tick)),
    ];
  });
}
