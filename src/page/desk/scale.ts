/** What meter and history show at the least, dBFS. */
export const LOWEST_DBFS = -60;

/** Where on the scale a level is, from 0 (`LOWEST_DBFS` and below) to 1 (full scale). */
export function shareOf(levelDbfs: number): number {
  return Math.max(0, Math.min(1, 1 - levelDbfs / LOWEST_DBFS));
}
