import { existsSync } from 'node:fs';
import path from 'node:path';
import { run } from './child.mjs';
import { pinnedNode, SetupError } from './machine.mjs';
import { fingerprint, isStamped, removeStamp, writeStamp } from './stamp.mjs';

/** @param {string} projectFolder */
const stampOf = (projectFolder) => path.join(projectFolder, 'node_modules', '.boardfeed-stamp');

/**
 * What was asked for and what npm says it installed: npm rewrites its own record in `node_modules` on every change, so a
 * prune, an update or a hand-made install shows as well as a new `package-lock.json`.
 *
 * @param {string} projectFolder
 * @param {string} arch as Node names it
 */
function markOf(projectFolder, arch) {
  return fingerprint({ arch }, [
    path.join(projectFolder, 'package-lock.json'),
    path.join(projectFolder, 'node_modules', '.package-lock.json'),
  ]);
}

/**
 * @param {string} projectFolder
 * @param {string} [arch] as Node names it
 * @returns {boolean} whether the last installation finished, and nothing changed since
 */
export function areModulesCurrent(projectFolder, arch = process.arch) {
  return (
    isStamped(stampOf(projectFolder), markOf(projectFolder, arch)) && existsSync(pinnedNode(projectFolder, arch).binary)
  );
}

/**
 * Installs the npm packages of `package-lock.json`. Their install scripts stay off: addons, ours and
 * that of epoll, are built against the pinned Node, which one of these packages is.
 *
 * @param {string} projectFolder
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<void>}
 * @throws {SetupError} when npm fails
 */
export async function installModules(projectFolder, env) {
  console.log('Installing the npm packages.');
  // First of all: an installation that breaks off must not look like a finished one.
  removeStamp(stampOf(projectFolder));
  const [file, ...words] = npmCommand(env);
  const args = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  // Warnings are left out: on the machine's own Node, npm warns of each package that asks for a newer one.
  const installed = await run(file, [...words, ...args, '--loglevel=error'], { cwd: projectFolder, env });
  if (installed.code !== 0) throw new SetupError(`npm ended with exit code ${installed.code}, see above.`);
  if (!existsSync(pinnedNode(projectFolder).binary)) {
    throw new SetupError(
      `npm installed no Node for ${process.platform} ${process.arch}; package-lock.json should name one.`,
    );
  }
  writeStamp(stampOf(projectFolder), markOf(projectFolder, process.arch));
}

/**
 * The npm that started us, on the Node that it runs on; else the one on `PATH`.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {[string, ...string[]]}
 */
export function npmCommand(env) {
  const script = env.npm_execpath;
  if (script === undefined || path.basename(script) !== 'npm-cli.js') return ['npm'];
  return [env.npm_node_execpath ?? process.execPath, script];
}
