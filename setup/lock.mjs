import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from './machine.mjs';

const POLL_MS = 200;
const LONGEST_WAIT_MS = 15 * 60_000;
/** A lock without a process number in it is being written at this moment, unless it is older than this. */
const WRITING_MS = 2000;

/**
 * Does some work while no other setup of this folder does any: two of them at once would tear down what the other builds.
 * A lock whose process is gone is taken over.
 *
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 * @throws {SetupError} when the other one is still at it after 15 minutes
 */
export async function withLock(file, work) {
  const deadlineMs = Date.now() + LONGEST_WAIT_MS;
  let told = false;
  while (!take(file)) {
    const holder = holderOf(file);
    if (holder === undefined) {
      rmSync(file, { force: true });
      continue;
    }
    if (Date.now() > deadlineMs) {
      throw new SetupError(
        `Another setup (process ${holder}) has held ${file} for 15 minutes. End it, then try again.`,
      );
    }
    if (!told) console.log(`Another setup (process ${holder}) is at work in this folder; waiting for it.`);
    told = true;
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** @param {string} file @returns {boolean} */
function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * @param {string} file
 * @returns {number | undefined} the process that holds the lock, 0 while it is being written; none when it is gone
 */
function holderOf(file) {
  let pid = Number.NaN;
  try {
    pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    if (Number.isNaN(pid)) return Date.now() - statSync(file).mtimeMs < WRITING_MS ? 0 : undefined;
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'EPERM') return pid; // alive, as another user
    if (code === 'ESRCH' || code === 'ENOENT') return undefined; // gone with its process, or just released
    throw error;
  }
}
