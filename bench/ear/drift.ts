import { setTimeout as sleep } from 'node:timers/promises';
import { ClockRate } from '../../src/capture/clock-rate.ts';
import { monotonicMs } from '../../src/pcm.ts';
import type { Box } from '../../test/support/box.ts';
import { until } from '../../test/support/processes.ts';
import { median } from '../statistics.ts';
import { type Glitch, GlitchFinder } from './glitches.ts';
import { RATE_HZ, type Spacing } from './markers.ts';
import type { Claims, Ear, Where } from './playing.ts';
import { SentSine } from './sent.ts';
import { type Disturbed, disturbedTimes, Standstills } from './standstills.ts';
import { type HeardMarker, MarkerTracker } from './tracker.ts';

/** Markers are so far apart: about twelve a minute. */
const SPACING: Spacing = { leastMs: 4000, mostMs: 6000 };
/** How long the ear plays before it is judged, ms: what it does until its buffers have found their size is no glitch. */
const SETTLE_MS = 15_000;
/** How often the box is asked how far it is, and the ear what it says of itself, ms. */
const ASK_MS = 2000;
/** How long the last marker may take beyond the longest delay, ms. */
const SLACK_MS = 5000;

/** How much the clocks were fast, by the frames that the box and the recorder counted, ppm. */
export interface Clocks {
  readonly cardToEarPpm: number;
  /** Beside the monotonic clock. A null sink is not exact: it counts the microseconds of its blocks without their fractions. */
  readonly cardPpm: number;
  readonly earPpm: number;
}

/** What a long run has shown. */
export interface Drift {
  /** Median of the delays of each minute, ms; NaN when no marker was heard in it. */
  readonly minutesMs: readonly number[];
  readonly markers: readonly HeardMarker[];
  readonly lostS: readonly number[];
  readonly glitches: readonly Glitch[];
  /** Those of the sine in the mixer: made by the sound system or its recorder. */
  readonly mixerGlitches: readonly Glitch[];
  /** Those that were in what the box sent already: the mixer's or the card's. */
  readonly sentGlitches: readonly Glitch[];
  /** When the machine stood still, and what followed from it; undefined where that cannot be known. */
  readonly disturbed: readonly Disturbed[] | undefined;
  /** When the judging began, s. */
  readonly startS: number;
  /** How long the sine was judged, s. */
  readonly judgedS: number;
  readonly clocks: Clocks;
  readonly claims: readonly Claims[];
  /** Frames that the box had to mend. */
  readonly mendedFrames: number;
  /** How often the box lost its card meanwhile: above 0 the machine was too busy for such a run. */
  readonly timesLost: number;
}

/** Listens for so many minutes after the ear has settled. */
export async function measureDrift(ear: Ear, where: Where, box: Box, minutes: number): Promise<Drift> {
  const { rig } = where;
  const seconds = minutes * 60 + SETTLE_MS / 1000;
  const tracker = new MarkerTracker(SPACING, seconds * RATE_HZ, ear.mostDelayMs);
  const [finder, mixerFinder] = [new GlitchFinder(), new GlitchFinder()];
  const claims: Claims[] = [];
  const clocks = { cardToEar: new ClockRate(), card: new ClockRate(), ear: new ClockRate() };
  let [failure, judgedFrames, recordedFrames, startS]: [unknown, number, number, number] = [undefined, 0, 0, Infinity];
  let [judging, timesLost, lastStateMs] = [false, 0, 0];
  const recorder = await rig.recordBoth((mixer, heard, sine, mixerSine) => {
    try {
      recordedFrames += sine.length;
      tracker.push(mixer, heard);
      if (judging) judgedFrames += sine.length;
      for (const [judge, samples] of [
        [finder, sine],
        [mixerFinder, mixerSine],
      ] as const) {
        if (judging) judge.push(samples);
        else judge.skip(samples.length);
      }
    } catch (error) {
      failure ??= error;
    }
  });
  const standstills = Standstills.start();
  const player = rig.playSignal('mixer', SPACING, seconds);
  const sent = new SentSine(where.box, recordedFrames);
  const playing = await ear.listen(where);
  let [atMs, atS] = [0, 0];
  const mendedBefore = (await box.status()).programme.framesMended;
  try {
    await sleep(SETTLE_MS);
    judging = true;
    sent.begin();
    startS = recordedFrames / RATE_HZ;
    const endMs = monotonicMs() + minutes * 60_000;
    while (monotonicMs() < endMs && failure === undefined) {
      rig.checkCard();
      const { framesSent, stateMs } = (await box.status()).programme;
      if (stateMs < lastStateMs) timesLost++;
      lastStateMs = stateMs;
      const nowMs = monotonicMs();
      [atMs, atS] = [nowMs, recordedFrames / RATE_HZ];
      clocks.card.push(nowMs, framesSent);
      clocks.ear.push(nowMs, recordedFrames);
      clocks.cardToEar.push((recordedFrames * 1000) / RATE_HZ, framesSent);
      claims.push(await playing.claims());
      await sleep(Math.min(ASK_MS, Math.max(endMs - monotonicMs(), 0)));
    }
    judging = false;
    const over = () => failure !== undefined || tracker.done || `${tracker.heard.length} heard`;
    await until('all markers were heard or given up', over, ear.mostDelayMs + SLACK_MS);
  } finally {
    sent.stop();
    await standstills?.stop();
    await player.stop();
    await recorder.stop();
    await playing.stop();
  }
  if (failure) throw failure;
  const heard = tracker.heard.filter(({ atS }) => atS >= startS);
  return {
    minutesMs: minuteMedians(heard, startS, minutes),
    markers: heard,
    lostS: tracker.lostS.filter((atS) => atS >= startS),
    glitches: finder.glitches(),
    mixerGlitches: mixerFinder.glitches(),
    sentGlitches: sent.finder.glitches(),
    disturbed: standstills && disturbedTimes(standstills.seen, (ms) => atS + (ms - atMs) / 1000),
    startS,
    judgedS: judgedFrames / RATE_HZ,
    clocks: {
      cardToEarPpm: clocks.cardToEar.ppm(RATE_HZ),
      cardPpm: clocks.card.ppm(RATE_HZ),
      earPpm: clocks.ear.ppm(RATE_HZ),
    },
    claims,
    mendedFrames: (await box.status()).programme.framesMended - mendedBefore,
    timesLost,
  };
}

/** So long an ear may remember what has disturbed it, minutes. */
const MEMORY_MINUTES = 3;

/** Which of the minutes were not disturbed, nor those before them that an ear may still remember. */
export function calmMinutes({ minutesMs, disturbed = [], startS }: Drift): boolean[] {
  const touched = minutesMs.map((_, minute) => {
    const [fromS, toS] = [startS + minute * 60, startS + minute * 60 + 60];
    return disturbed.some((time) => time.fromS < toS && time.toS > fromS);
  });
  return touched.map((_, minute) => !touched.slice(Math.max(0, minute - MEMORY_MINUTES), minute + 1).includes(true));
}

/** The median delay of each minute from a time of the recording on, ms. */
export function minuteMedians(markers: readonly HeardMarker[], startS: number, minutes: number): number[] {
  return Array.from({ length: minutes }, (_, minute) =>
    median(markers.filter(({ atS }) => Math.floor((atS - startS) / 60) === minute).map(({ delayMs }) => delayMs)),
  );
}
