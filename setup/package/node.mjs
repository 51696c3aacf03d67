import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { run } from '../child.mjs';
import { pinnedNode, SetupError } from '../machine.mjs';
import { npmCommand } from '../node-modules.mjs';
import { toolOf } from './addons.mjs';
import { ask } from './sysroot.mjs';

/**
 * The folder of the pinned Node for an architecture: npm installs only the one for this machine, so another one is fetched
 * with npm, and must be what `package-lock.json` says.
 *
 * @param {string} projectFolder
 * @param {import('./sysroot.mjs').Architecture} architecture
 * @param {{ cache: string, env: NodeJS.ProcessEnv, lock: { packages: Record<string, { version?: string, integrity?: string }> } }} options
 * @returns {Promise<string>}
 * @throws {SetupError} when it cannot be fetched, or is another one
 */
export async function nodeFor(projectFolder, { node: arch }, { cache, env, lock }) {
  const { home, binary } = pinnedNode(projectFolder, arch);
  if (existsSync(binary)) return home;
  const name = `node-linux-${arch}`;
  const { version, integrity = '' } = lock.packages[`node_modules/${name}`] ?? {};
  const folder = path.join(cache, `${name}-${version}`);
  if (existsSync(path.join(folder, 'package.json'))) return folder;
  console.log(`Fetching ${name} ${version}.`);
  const draft = path.join(cache, `${name}.draft`);
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(path.join(draft, 'unpacked'), { recursive: true });
  const [npm, ...words] = npmCommand(env);
  const packed = await run(npm, [...words, 'pack', `${name}@${version}`, '--loglevel=error'], {
    cwd: draft,
    env,
    output: 'keep',
  });
  const file = path.join(draft, `${name}-${version}.tgz`);
  if (packed.code !== 0 || !existsSync(file))
    throw new SetupError(`${packed.output}\n${name} could not be fetched, see above.`);
  const hash = createHash('sha512').update(readFileSync(file)).digest('base64');
  if (integrity !== `sha512-${hash}`)
    throw new SetupError(`${name} ${version} is not the one that package-lock.json names.`);
  await ask('tar', [
    '--extract',
    '--strip-components=1',
    `--directory=${path.join(draft, 'unpacked')}`,
    `--file=${file}`,
  ]);
  rmSync(folder, { recursive: true, force: true });
  // Last and in one step: a folder that is there is whole.
  await ask('mv', [path.join(draft, 'unpacked'), folder]);
  rmSync(draft, { recursive: true, force: true });
  return folder;
}

/**
 * Node without the symbols that only a debugger reads. What addons are linked with stays.
 *
 * @param {string} home
 * @param {import('./sysroot.mjs').Architecture} architecture
 * @param {string} scratch
 * @returns {Promise<string>} the program
 */
export async function strippedNode(home, architecture, scratch) {
  const file = path.join(scratch, 'node');
  copyFileSync(path.join(home, 'bin', 'node'), file);
  await ask(toolOf(architecture, 'strip'), ['--strip-unneeded', file]);
  return file;
}
