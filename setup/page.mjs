import { rmSync } from 'node:fs';
import path from 'node:path';
import { run } from './child.mjs';
import { pinnedNode, SetupError } from './machine.mjs';
import { filesBelow, fingerprint, isStamped, writeStamp } from './stamp.mjs';

/** What browsers load by name; everything else is part of one of these. */
const ENTRIES = ['listen.html', 'listen.css', 'listen.ts', 'worklet.ts', 'desk.html', 'desk.css', 'desk.ts'];
/** Phones are old: what these browsers understand is written. */
const TARGETS = ['chrome91', 'firefox90', 'safari15'];

/** @param {string} projectFolder */
const builtOf = (projectFolder) => path.join(projectFolder, 'build', 'page');
/** @param {string} projectFolder */
const stampOf = (projectFolder) => path.join(builtOf(projectFolder), '.stamp');

/**
 * Everything the pages are made from. They share some files with the box: which, only the bundler knows.
 *
 * @param {string} projectFolder
 */
function markOf(projectFolder) {
  const sources = filesBelow(path.join(projectFolder, 'src'), (name) => !name.startsWith('.'));
  return fingerprint({ entries: ENTRIES.join(), targets: TARGETS.join() }, [
    path.join(projectFolder, 'package-lock.json'),
    ...sources,
  ]);
}

/** @param {string} projectFolder @returns {boolean} whether the pages are there and made from what lies here now */
export function isPageCurrent(projectFolder) {
  return isStamped(stampOf(projectFolder), markOf(projectFolder));
}

/**
 * Bundles the pages for browsers, with esbuild.
 *
 * @param {string} projectFolder
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<void>}
 * @throws {SetupError} when there is a fault in them
 */
export async function buildPage(projectFolder, env) {
  // Taken before the build: a source that is edited meanwhile must count as changed.
  const mark = markOf(projectFolder);
  rmSync(builtOf(projectFolder), { recursive: true, force: true });
  const page = path.join(projectFolder, 'src', 'page');
  const esbuild = path.join(projectFolder, 'node_modules', 'esbuild', 'bin', 'esbuild');
  const args = [
    ...ENTRIES.map((name) => path.join(page, name)),
    ...['--bundle', '--minify', '--format=esm', '--splitting', '--loader:.html=copy', '--log-level=warning'],
    ...[`--target=${TARGETS.join()}`, `--outbase=${page}`, `--outdir=${builtOf(projectFolder)}`],
    '--chunk-names=[name]-[hash]',
  ];
  const built = await run(pinnedNode(projectFolder).binary, [esbuild, ...args], {
    cwd: projectFolder,
    env,
    output: 'keep',
  });
  if (built.code !== 0) throw new SetupError(`${built.output}\nThe pages could not be bundled, see above.`);
  writeStamp(stampOf(projectFolder), mark);
}
