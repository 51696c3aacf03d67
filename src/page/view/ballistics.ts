import type { PieceLevel } from '../../live/message.ts';
import { FLOOR_DBFS } from '../../programme/levels.ts';

/** How fast the bar of the peaks falls: 20 dB in 1.7 s, as a peak programme meter of type I (IEC 60268-10). */
const PEAK_FALL_DB_PER_MS = 20 / 1700;
/** The highest peak is held for so long, then falls. */
const HOLD_MS = 1500;
const HOLD_FALL_DB_PER_MS = 10 / 1000;
/** The bar of the RMS rises and falls by 63 % of the way in so long. */
const RMS_RISE_MS = 50;
const RMS_FALL_MS = 250;
/** The mark of a clipped piece stays for so long. */
export const CLIP_MARK_MS = 4000;
/** Closer than this is there. */
const THERE_DB = 0.05;

/** What the meter shows of one channel, dBFS. */
export interface Needle {
  readonly peakDbfs: number;
  readonly rmsDbfs: number;
  readonly holdDbfs: number;
  /** How long `holdDbfs` has been held, ms. */
  readonly heldMs: number;
}

/** A channel of which nothing has been heard. */
export const RESTING: Needle = { peakDbfs: FLOOR_DBFS, rmsDbfs: FLOOR_DBFS, holdDbfs: FLOOR_DBFS, heldMs: 0 };

/** Moves the needle towards a level: up at once (the RMS: nearly), down slowly. */
export function follow(needle: Needle, level: PieceLevel, elapsedMs: number): Needle {
  const rmsMs = level.rmsDbfs > needle.rmsDbfs ? RMS_RISE_MS : RMS_FALL_MS;
  const rmsDbfs = needle.rmsDbfs + (level.rmsDbfs - needle.rmsDbfs) * (1 - Math.exp(-elapsedMs / rmsMs));
  const peakDbfs = Math.max(level.peakDbfs, needle.peakDbfs - PEAK_FALL_DB_PER_MS * elapsedMs);
  if (level.peakDbfs >= needle.holdDbfs) return { peakDbfs, rmsDbfs, holdDbfs: level.peakDbfs, heldMs: 0 };
  const heldMs = needle.heldMs + elapsedMs;
  const fallingMs = Math.min(elapsedMs, Math.max(0, heldMs - HOLD_MS));
  const holdDbfs = Math.max(level.peakDbfs, needle.holdDbfs - HOLD_FALL_DB_PER_MS * fallingMs);
  return { peakDbfs, rmsDbfs, holdDbfs, heldMs };
}

/** Whether the needle stands where the level is, so that there is nothing left to move. */
export function hasArrived(needle: Needle, level: PieceLevel): boolean {
  const apart = [needle.peakDbfs - level.peakDbfs, needle.holdDbfs - level.peakDbfs, needle.rmsDbfs - level.rmsDbfs];
  return apart.every((db) => Math.abs(db) < THERE_DB);
}
