import { median } from '../statistics.ts';
import { quantileMs } from './histogram.ts';
import type { Measured } from './measure.ts';

/** What one measurement says, in the units in which it is printed. */
export interface Figures {
  cpuMsPerS: number;
  /** CPU time of the server for one listener, µs per s. */
  cpuUsPerListener: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  worstGapMs: number;
  connectMs: number;
  /** What one listener adds to the process, KB (10³ bytes): resident pages, and V8's heap with what hangs on it (the box only). */
  residentKb: number;
  heapKb: number;
}

export function figuresOf({ cpuMsPerS, load, memory }: Measured): Figures {
  const { listeners, latencyUs, latencyMaxMs, worstGapMs, connectMs } = load;
  const { loaded, empty } = memory;
  const kbEach = (bytes: number) => bytes / 1000 / listeners;
  return {
    cpuMsPerS,
    cpuUsPerListener: (cpuMsPerS * 1000) / listeners,
    p50Ms: quantileMs(latencyUs, 0.5),
    p99Ms: quantileMs(latencyUs, 0.99),
    maxMs: latencyMaxMs,
    worstGapMs,
    connectMs,
    residentKb: kbEach(loaded.residentBytes - empty.residentBytes),
    heapKb: kbEach((loaded.heapBytes ?? Number.NaN) - (empty.heapBytes ?? Number.NaN)),
  };
}

/** What was measured in each round; undefined where a measurement failed. */
export type Rounds = readonly (Figures | undefined)[];

/** Medians of the rounds; of the worst values the worst. */
export function overRounds(rounds: Rounds): Figures {
  const all = rounds.filter((figures) => figures !== undefined);
  const middle = (name: keyof Figures) => median(all.map((figures) => figures[name]));
  const worst = (name: keyof Figures) =>
    all.length === 0 ? Number.NaN : Math.max(...all.map((figures) => figures[name]));
  return {
    cpuMsPerS: middle('cpuMsPerS'),
    cpuUsPerListener: middle('cpuUsPerListener'),
    p50Ms: middle('p50Ms'),
    p99Ms: middle('p99Ms'),
    maxMs: worst('maxMs'),
    worstGapMs: worst('worstGapMs'),
    connectMs: middle('connectMs'),
    residentKb: middle('residentKb'),
    heapKb: middle('heapKb'),
  };
}

/** One's figure by the other's of the same round, then the median: what disturbs the machine for minutes disturbs both. */
export function ratio(one: Rounds, other: Rounds, name: keyof Figures): number {
  return median(
    one.flatMap((figures, round) => {
      const beside = other[round];
      return figures && beside ? [figures[name] / beside[name]] : [];
    }),
  );
}

/** What is wrong with a measurement, in words; undefined when every healthy listener heard everything. */
export function complaint({ load }: Measured): string | undefined {
  const { refused, healthyGone, lostFrames } = load;
  const faults = [
    refused > 0 && `${refused} listeners were refused`,
    healthyGone > 0 && `${healthyGone} healthy listeners lost the stream`,
    lostFrames > 0 && `${lostFrames} frames were missing`,
  ].filter((fault) => fault !== false);
  return faults.length > 0 ? faults.join(', ') : undefined;
}
