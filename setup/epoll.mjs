import { existsSync } from 'node:fs';
import path from 'node:path';
import { gypEnv } from './addon.mjs';
import { run } from './child.mjs';
import { pinnedNode, SetupError } from './machine.mjs';
import { filesBelow, fingerprint, isStamped, writeStamp } from './stamp.mjs';

/** @param {string} projectFolder */
const epollOf = (projectFolder) => path.join(projectFolder, 'node_modules', 'epoll');
/** node-gyp removes this folder before it builds, and the stamp with it. @param {string} projectFolder */
const stampOf = (projectFolder) => path.join(epollOf(projectFolder), 'build', '.boardfeed-stamp');

/**
 * What the binary is made from: it is not of the kind that any Node can load, so the Node counts as well.
 *
 * @param {string} projectFolder
 */
function markOf(projectFolder) {
  const sources = filesBelow(epollOf(projectFolder), (name) => name !== 'build' && !name.endsWith('.md'));
  const nan = path.join(projectFolder, 'node_modules', 'nan', 'package.json');
  return fingerprint({ arch: process.arch, node: pinnedNode(projectFolder).version() }, [...sources, nan]);
}

/**
 * @param {string} projectFolder
 * @returns {boolean} whether there is nothing to build: `epoll`, by which onoff waits for GPIO lines, is built or not installed
 */
export function isEpollCurrent(projectFolder) {
  if (!existsSync(path.join(epollOf(projectFolder), 'package.json'))) return true;
  const binary = path.join(epollOf(projectFolder), 'build', 'Release', 'epoll.node');
  return existsSync(binary) && isStamped(stampOf(projectFolder), markOf(projectFolder));
}

/**
 * Builds the addon of `epoll` for the pinned Node. npm does not, since install scripts stay off. Should it fail, that is told, and
 * the box runs without a lamp or button on a pin; the next setup tries again.
 *
 * @param {string} projectFolder
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<void>}
 * @throws {SetupError} when it is interrupted
 */
export async function buildEpoll(projectFolder, env) {
  const node = pinnedNode(projectFolder);
  const mark = markOf(projectFolder);
  const gyp = path.join(projectFolder, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  const built = await run(node.binary, [gyp, 'rebuild'], {
    cwd: epollOf(projectFolder),
    env: gypEnv(env, node.home),
    output: 'keep',
  });
  if (built.interrupted) throw new SetupError('Interrupted.', 130);
  if (built.code === 0) writeStamp(stampOf(projectFolder), mark);
  else {
    const why = built.output.split('\n').find((line) => /\berror\b/i.test(line)) ?? `exit code ${built.code}`;
    console.warn(`epoll could not be built (${why.trim()}). Boardfeed runs without a lamp or button on a GPIO pin.`);
  }
}
