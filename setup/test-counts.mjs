import { writeFileSync } from 'node:fs';

/**
 * How many tests ended how, as AVA itself counts them. Its printed summary leaves out how many passed once one has failed,
 * and its TAP output is hard to read; so the run tells us beside what it prints, through a file descriptor.
 *
 * @typedef {{ passed: number, failed: number, skipped: number }} TestCounts
 */

/** Named in the environment: the file descriptor on which whoever started AVA waits for the counts. */
export const COUNTS_FD_VARIABLE = 'BOARDFEED_TEST_COUNTS_FD';

/**
 * Follows an AVA run from within, as `observeRun` of its configuration, and reports the counts when AVA exits.
 * Without the variable, AVA was started by hand, and nobody wants them.
 *
 * @param {{ events: AsyncIterable<import('ava/internal').Event> }} run
 * @returns {Promise<void>}
 */
export async function reportCounts({ events }) {
  const fd = process.env[COUNTS_FD_VARIABLE];
  if (fd === undefined) return;
  /** @type {TestCounts | undefined} */
  let counts;
  process.once('exit', () => {
    if (counts !== undefined) writeFileSync(Number(fd), JSON.stringify(counts));
  });
  for await (const event of events) {
    if (event.type === 'stats') counts = countsOf(event.stats);
  }
}

/** @typedef {Extract<import('ava/internal').Event, { type: 'stats' }>['stats']} AvaStats */

/**
 * @param {Pick<AvaStats, 'passedTests' | 'passedKnownFailingTests' | 'failedTests' | 'failedHooks' | 'remainingTests' |
 *   'skippedTests' | 'todoTests'>} stats
 * @returns {TestCounts} a test that never came to an end has failed; one that is known to fail has passed by failing
 */
export function countsOf(stats) {
  return {
    passed: stats.passedTests + stats.passedKnownFailingTests,
    failed: stats.failedTests + stats.failedHooks + stats.remainingTests,
    skipped: stats.skippedTests + stats.todoTests,
  };
}

/**
 * The last line of `npm test`. It can name no success that the exit code denies: a run that fails outside of its tests (a
 * crash, a file without tests, no counts at all, a linter) has at least that one failure.
 *
 * @param {string} reported what came through the file descriptor
 * @param {{ exitCode: number, failedLinters: number }} outcome
 * @returns {string}
 */
export function closingLine(reported, { exitCode, failedLinters }) {
  /** @type {TestCounts} */
  const counts = reported === '' ? { passed: 0, failed: 0, skipped: 0 } : JSON.parse(reported);
  const unaccounted = exitCode !== 0 && counts.failed === 0 ? 1 : 0;
  const failed = counts.failed + unaccounted + failedLinters;
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  return `${counts.passed} passed, ${failed} failed${skipped}`;
}
