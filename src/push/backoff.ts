/** The longest wait before the second try, ms. */
const FIRST_MS = 1000;
/** The longest wait at all, ms: a server that comes back is found within a minute. */
const LONGEST_MS = 60_000;

/**
 * How long to wait before the next try, ms: up to twice as long after each failure, and at least half of that. By chance, so that the
 * many sources of a server that was gone do not all come at the same moment.
 *
 * @param failures how often it failed in a row, from 1 on
 * @param chance from 0 to 1
 */
export function backoffMs(failures: number, chance = Math.random()): number {
  const longestMs = Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS);
  return (longestMs / 2) * (1 + chance);
}
