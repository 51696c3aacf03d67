import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../test/support/processes.ts';
import { RATE_HZ, type Spacing } from './markers.ts';
import type { Claims, Ear, Where } from './playing.ts';
import { type HeardMarker, MarkerTracker } from './tracker.ts';

/** Markers are so far apart. */
const SPACING: Spacing = { leastMs: 400, mostMs: 1000 };
/** How long an ear listens before it is measured, ms: its buffers have found their size by then. */
const SETTLE_MS = 8000;
/** How often an ear is asked what it says of itself, ms. */
const ASK_MS = 2000;
/** How long the ear may take to be ready for that, ms, beyond its delay. */
const SLACK_MS = 5000;

/** One round of one ear. */
export interface Heard {
  readonly markers: readonly HeardMarker[];
  readonly lost: number;
  readonly claims: readonly Claims[];
}

/** What reaches the ear in so many seconds of sound in the mixer. */
export async function measureDelay(ear: Ear, where: Where, seconds: number): Promise<Heard> {
  const { rig } = where;
  const playing = await ear.listen(where);
  try {
    const claims: Claims[] = [];
    await sleep(SETTLE_MS);
    const tracker = await recordMarkers(where, 'mixer', seconds, ear.mostDelayMs, async () => {
      claims.push(await playing.claims());
    });
    rig.checkCard();
    return { markers: tracker.heard, lost: tracker.lostS.length, claims };
  } finally {
    await playing.stop();
  }
}

/** The same sound in both halves, without an ear: what the stick itself adds. */
export async function measureFloor(where: Where, seconds: number): Promise<Heard> {
  const tracker = await recordMarkers(where, 'twice', seconds, 1000, async () => {});
  return { markers: tracker.heard, lost: tracker.lostS.length, claims: [] };
}

async function recordMarkers(
  { rig }: Where,
  sink: string,
  seconds: number,
  mostDelayMs: number,
  ask: () => Promise<void>,
): Promise<MarkerTracker> {
  const tracker = new MarkerTracker(SPACING, seconds * RATE_HZ, mostDelayMs);
  let failure: unknown;
  const recorder = await rig.recordBoth((mixer, ear) => {
    try {
      tracker.push(mixer, ear);
    } catch (error) {
      failure ??= error;
    }
  });
  const player = rig.playSignal(sink, SPACING, seconds);
  try {
    for (let leftMs = seconds * 1000; leftMs > 0; leftMs -= ASK_MS) {
      await ask();
      await sleep(Math.min(ASK_MS, leftMs));
    }
    const over = () => failure !== undefined || tracker.done || `${tracker.heard.length} heard`;
    await until('all markers were heard or given up', over, mostDelayMs + SLACK_MS);
  } finally {
    await player.stop();
    await recorder.stop();
  }
  if (failure) throw failure;
  return tracker;
}
