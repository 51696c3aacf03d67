import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { filesBelow, fingerprint, isStamped, writeStamp } from './stamp.mjs';

/** What the tests in the emulated machine depend on: the package and all that it is made from, and the tests themselves. */
const INPUTS = [
  'src',
  'native',
  'systemd',
  'debian',
  'setup',
  path.join('test', 'support'),
  path.join('test', 'system', 'package'),
  path.join('test', 'system', 'hooks'),
  'package-lock.json',
  'ava.system.config.mjs',
];

/**
 * Where things are kept that are costly to make and the same for every checkout.
 *
 * @param {NodeJS.ProcessEnv} [env]
 */
export function cacheFolder(env = process.env) {
  return path.join(env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'boardfeed');
}

/** @param {NodeJS.ProcessEnv} env */
const stampOf = (env) => path.join(cacheFolder(env), 'system-test-passed');

/**
 * @param {string} projectFolder
 * @param {NodeJS.ProcessEnv} env
 */
function markOf(projectFolder, env) {
  const files = INPUTS.flatMap((input) => {
    const whole = path.join(projectFolder, input);
    return path.extname(input) === '' ? filesBelow(whole, (name) => name !== 'build') : [whole];
  });
  // A package that was made elsewhere is tested in place of ours.
  const given = env.BOARDFEED_DEB ? [env.BOARDFEED_DEB] : [];
  const names = JSON.stringify(files.map((file) => path.relative(projectFolder, file)));
  return fingerprint({ names }, [...files, ...given]);
}

/**
 * @param {string} projectFolder
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {{ alreadyPassed: boolean, passed: () => void }} whether these very inputs have passed on this machine before, and
 *   what notes that they have now
 */
export function systemTestRecord(projectFolder, env = process.env) {
  const mark = markOf(projectFolder, env);
  const stamp = stampOf(env);
  return {
    alreadyPassed: isStamped(stamp, mark),
    passed: () => {
      mkdirSync(path.dirname(stamp), { recursive: true });
      writeStamp(stamp, mark);
    },
  };
}
