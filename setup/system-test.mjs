import { mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { filesBelow, fingerprint, isStamped, writeStamp } from './stamp.mjs';

/**
 * @typedef {object} Record
 * @property {string} stamp where it is noted that all of them have passed
 * @property {readonly string[]} inputs what they depend on
 * @property {string} given names, in the environment, what is tested in place of what is made here
 */

/** What the package is made from, and the image. */
const PRODUCT = ['src', 'native', 'systemd', 'debian', 'setup', 'package-lock.json'];

const IMAGE_SOURCES = [...PRODUCT, 'image'];

/** @type {Record} What `npm run test:system` tests: the package. */
const SYSTEM = {
  stamp: 'system-test-passed',
  inputs: [
    ...PRODUCT,
    path.join('test', 'support'),
    path.join('test', 'system', 'package'),
    path.join('test', 'system', 'hooks'),
    'ava.system.config.mjs',
  ],
  given: 'BOARDFEED_DEB',
};

/** @type {Record} What `npm run test:image` tests: the image for memory cards. */
const IMAGE = {
  stamp: 'image-test-passed',
  inputs: [
    ...PRODUCT,
    'image',
    path.join('test', 'support'),
    path.join('test', 'system', 'image'),
    'ava.image.config.mjs',
  ],
  given: 'BOARDFEED_IMAGE',
};

/**
 * Where things are kept that are costly to make and the same for every checkout.
 *
 * @param {NodeJS.ProcessEnv} [env]
 */
export function cacheFolder(env = process.env) {
  return path.join(env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'boardfeed');
}

/**
 * @param {Record} record
 * @param {string} projectFolder
 * @param {NodeJS.ProcessEnv} env
 */
function markOf({ inputs, given }, projectFolder, env) {
  const files = inputs.flatMap((input) => {
    const whole = path.join(projectFolder, input);
    return path.extname(input) === '' ? filesBelow(whole, (name) => name !== 'build') : [whole];
  });
  const names = JSON.stringify(files.map((file) => path.relative(projectFolder, file)));
  const instead = env[given];
  // Not what it holds: an image is larger than Node reads at once.
  const { size = -1, mtimeMs = 0 } = (instead && statSync(instead, { throwIfNoEntry: false })) || {};
  return fingerprint({ names, ...(instead && { instead: `${instead} ${size} ${mtimeMs}` }) }, files);
}

/**
 * @param {Record} record
 * @param {string} projectFolder
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ alreadyPassed: boolean, passed: () => void }} whether these very inputs have passed on this machine before, and
 *   what notes that they have now
 */
function testRecord(record, projectFolder, env) {
  const mark = markOf(record, projectFolder, env);
  const stamp = path.join(cacheFolder(env), record.stamp);
  return {
    alreadyPassed: isStamped(stamp, mark),
    passed: () => {
      mkdirSync(path.dirname(stamp), { recursive: true });
      writeStamp(stamp, mark);
    },
  };
}

/** @param {string} projectFolder @param {NodeJS.ProcessEnv} [env] */
export const systemTestRecord = (projectFolder, env = process.env) => testRecord(SYSTEM, projectFolder, env);

/**
 * @param {string} projectFolder
 * @returns {{ isCurrent: () => boolean, made: () => void }} whether the image that lies here was made from just what lies here, and
 *   what notes that it has been
 */
export function imageRecord(projectFolder) {
  const mark = markOf({ ...IMAGE, inputs: IMAGE_SOURCES }, projectFolder, {});
  const stamp = path.join(projectFolder, 'build', 'image', '.stamp');
  return { isCurrent: () => isStamped(stamp, mark), made: () => writeStamp(stamp, mark) };
}

/** @param {string} projectFolder @param {NodeJS.ProcessEnv} [env] */
export const imageTestRecord = (projectFolder, env = process.env) => testRecord(IMAGE, projectFolder, env);
