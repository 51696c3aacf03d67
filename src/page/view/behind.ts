/** The shown number follows the measured one by 63 % of the way in so long. */
const FOLLOW_MS = 2000;
/** A measured number further away than this is a new state of affairs, and shown at once. */
const JUMP_MS = 150;
/** Steps of the number that is shown; it changes only when the steady one is nearly a whole step away. */
const STEP_MS = 5;
const STICKY_MS = 4;

/** A delay made steady for the eye, ms. */
export interface Steady {
  readonly followedMs: number;
  readonly shownMs: number;
}

const inSteps = (ms: number) => Math.max(0, Math.round(ms / STEP_MS) * STEP_MS);

/** Takes a measured delay (undefined while it is unknown) in, `elapsedMs` after the last one. */
export function steady(
  last: Steady | undefined,
  measuredMs: number | undefined,
  elapsedMs: number,
): Steady | undefined {
  if (measuredMs === undefined || !Number.isFinite(measuredMs)) return undefined;
  if (last === undefined || Math.abs(measuredMs - last.followedMs) > JUMP_MS) {
    return { followedMs: measuredMs, shownMs: inSteps(measuredMs) };
  }
  const followedMs = last.followedMs + (measuredMs - last.followedMs) * (1 - Math.exp(-elapsedMs / FOLLOW_MS));
  const sticks = Math.abs(followedMs - last.shownMs) < STICKY_MS;
  return { followedMs, shownMs: sticks ? last.shownMs : inSteps(followedMs) };
}

/** A delay in words: ms below a second, then seconds with one digit. */
export const delayInWords = (ms: number): string => (ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`);
