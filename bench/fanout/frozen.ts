import { median } from '../statistics.ts';
import { table } from '../table.ts';
import { type Goal, limitGoal } from './goals.ts';
import { BOX_LIMITS } from './limits.ts';
import type { FrozenListener } from './load.ts';
import type { Measured } from './measure.ts';
import { COALESCE_MS } from './servers.ts';
import { STREAMS, type StampedStream } from './stamped.ts';

/** When a frozen listener has to be gone at the latest: the limits of the box and 100 ms, in ms. */
export const DROPPED_BY_MS = BOX_LIMITS.backlogMs + BOX_LIMITS.stallMs + 100;
/** By how much the frozen may lengthen the worst gap of the healthy. */
const GAP_LIMIT = 1.2;

/** Some of many listeners freeze. */
export interface Scenario {
  stream: StampedStream;
  listeners: number;
  frozen: number;
  coalesceMs: number;
  /** Whether the frozen have an ordinary receive buffer. Their kernels take for them, and may look like those of who reads. */
  ordinary: boolean;
  /** From the freezing on. */
  seconds: number;
}

export const SCENARIOS: readonly Scenario[] = [
  { stream: STREAMS.mp3, listeners: 120, frozen: 20, coalesceMs: 0, ordinary: false, seconds: 7 },
  { stream: STREAMS.wav, listeners: 120, frozen: 20, coalesceMs: 0, ordinary: false, seconds: 7 },
  { stream: STREAMS.wav, listeners: 120, frozen: 20, coalesceMs: 0, ordinary: true, seconds: 7 },
  { stream: STREAMS.mp3, listeners: 120, frozen: 20, coalesceMs: 0, ordinary: true, seconds: 7 },
  { stream: STREAMS.mp3, listeners: 1000, frozen: 500, coalesceMs: 0, ordinary: false, seconds: 7 },
  // A thousand times 100 chunks a second are more than two cores can send and receive.
  { stream: STREAMS.wav, listeners: 1000, frozen: 500, coalesceMs: COALESCE_MS, ordinary: false, seconds: 7 },
];

/** In words: `20 of 120 freeze; WAV, 1536 kbit/s`. */
export function describe({ stream, listeners, frozen, coalesceMs, ordinary }: Scenario): string {
  const kind = `${coalesceMs > 0 ? ', joined' : ''}${ordinary ? ', ordinary buffers' : ''}`;
  return `${frozen} of ${listeners} freeze; ${stream.name}${kind}`;
}

/** What became of the frozen of one run; times in ms, NaN when there are none. */
export interface Drops {
  frozen: number;
  dropped: number;
  /** From freezing until the last was dropped; Infinity when one never was. */
  lastMs: number;
  /** The longest time from when a frozen one's kernel had taken its last byte until it was dropped. */
  afterLastByteMs: number;
}

export function dropsOf(frozen: readonly FrozenListener[]): Drops {
  const droppedMs = ({ droppedMs }: FrozenListener) => droppedMs ?? Number.POSITIVE_INFINITY;
  const last = (values: number[]) => (values.length === 0 ? Number.NaN : Math.max(...values));
  return {
    frozen: frozen.length,
    dropped: frozen.filter((one) => one.droppedMs !== null).length,
    lastMs: last(frozen.map(droppedMs)),
    afterLastByteMs: last(frozen.map((one) => droppedMs(one) - one.tookMs)),
  };
}

/** All runs of one scenario: rounds of the box with nobody freezing and with some, and perhaps Icecast once. */
export interface FrozenRuns {
  scenario: Scenario;
  calm: readonly (Measured | undefined)[];
  frozen: readonly (Measured | undefined)[];
  icecast?: Measured | undefined;
  icecastSeconds: number;
}

/** The worst gap with frozen listeners by the worst without, of each round, then the median. */
export function gapRatio({ calm, frozen }: Pick<FrozenRuns, 'calm' | 'frozen'>): number {
  return median(
    frozen.flatMap((run, round) => {
      const beside = calm[round];
      return run && beside ? [run.load.worstGapMs / beside.load.worstGapMs] : [];
    }),
  );
}

export function frozenTable(all: readonly FrozenRuns[]): string {
  const head = ['', '', 'dropped', 'the last after ms', 'after its last byte, ms'];
  const rows = all.flatMap((runs) => {
    const box = boxDrops(runs);
    const gaps = [worstGap(runs.calm), worstGap(runs.frozen), gapRatio(runs)].map((value) => figure(value));
    const rows = [
      [describe(runs.scenario), 'Boardfeed', ...dropCells(box, runs.scenario.seconds), held(runs.frozen), ...gaps],
    ];
    if (runs.icecast) {
      const drops = dropCells(dropsOf(runs.icecast.load.frozen), runs.icecastSeconds);
      rows.push(['', 'Icecast', ...drops, held([runs.icecast]), '', figure(worstGap([runs.icecast])), '']);
    }
    return rows;
  });
  return table([...head, 'connections left', 'worst gap without, ms', 'worst gap with, ms', 'ratio'], rows);
}

/** What has to hold in each scenario. */
export function frozenGoals(runs: FrozenRuns): Goal[] {
  const { lastMs, dropped, frozen } = boxDrops(runs);
  const what = describe(runs.scenario);
  const gap = limitGoal(`${what}: worst gap by that without frozen`, gapRatio(runs), GAP_LIMIT);
  if (runs.scenario.ordinary) return [gap];
  return [
    { what: `${what}: dropped`, limit: `${frozen}`, measured: `${dropped}`, met: dropped === frozen },
    limitGoal(`${what}: the last after ms`, lastMs, DROPPED_BY_MS),
    gap,
  ];
}

/** Of all rounds together. */
function boxDrops({ frozen }: FrozenRuns): Drops {
  return dropsOf(frozen.flatMap((run) => run?.load.frozen ?? []));
}

function worstGap(runs: readonly (Measured | undefined)[]): number {
  return median(runs.flatMap((run) => (run ? [run.load.worstGapMs] : [])));
}

/** What the server itself still holds at the end. */
function held(runs: readonly (Measured | undefined)[]): string {
  return figure(Math.max(...runs.flatMap((run) => (run ? [run.heldConnections] : []))), 0);
}

function dropCells({ frozen, dropped, lastMs, afterLastByteMs }: Drops, seconds: number): string[] {
  const time = (ms: number) => (ms === Number.POSITIVE_INFINITY ? `not in ${seconds} s` : figure(ms, 0));
  return [`${dropped} of ${frozen}`, time(lastMs), time(afterLastByteMs)];
}

function figure(value: number, digits = 2): string {
  return Number.isFinite(value) ? value.toFixed(digits) : '-';
}
