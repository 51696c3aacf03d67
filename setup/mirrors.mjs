import { spawnSync } from 'node:child_process';
import { SetupError } from './machine.mjs';

/**
 * Where the packages of a Debian release come from.
 *
 * @typedef {object} Mirrors
 * @property {string} main of the release itself
 * @property {string} [security] of its security updates; none when this machine has none
 */

/** For what apt is asked about each of its sources, separated by tabs. */
const FORMAT = '$(ORIGIN)\t$(LABEL)\t$(REPO_URI)';

/**
 * Reads what `apt-get indextargets` printed in our format.
 *
 * @param {string} printed
 * @returns {Mirrors | undefined} none when no source is Debian's
 */
export function parseMirrors(printed) {
  const rows = printed.split('\n').map((line) => line.split('\t'));
  /** @param {string} wanted */
  const of = (wanted) => rows.find(([origin, label]) => origin === 'Debian' && label === wanted)?.[2];
  const [main, security] = [of('Debian'), of('Debian-Security')];
  if (!main) return undefined;
  return security ? { main, security } : { main };
}

/**
 * The mirrors that this machine uses for its own packages, whatever its own release; the variable `BOARDFEED_MIRROR` names
 * another one.
 *
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Mirrors}
 * @throws {SetupError} when there is none
 */
export function findMirrors(env = process.env) {
  if (env.BOARDFEED_MIRROR) return { main: env.BOARDFEED_MIRROR };
  const asked = spawnSync('apt-get', ['indextargets', 'Created-By: Packages', '--format', FORMAT], {
    encoding: 'utf8',
  });
  const mirrors = parseMirrors(asked.stdout ?? '');
  if (!mirrors) {
    throw new SetupError(
      'apt knows no mirror of Debian: run apt-get update, or name one in BOARDFEED_MIRROR (http://...)',
    );
  }
  return mirrors;
}

/**
 * The mirrors as lines of an apt sources list.
 *
 * @param {Mirrors} mirrors
 * @param {string} release
 * @param {{ components?: string, options?: string }} [more] `options`: sources.list(5), without brackets
 * @returns {string[]}
 */
export function sourcesOf({ main, security }, release, { components = 'main', options } = {}) {
  const deb = options === undefined ? 'deb' : `deb [${options}]`;
  const lines = [`${deb} ${main} ${release} ${components}`];
  if (security) lines.push(`${deb} ${security} ${release}-security ${components}`);
  return lines;
}
