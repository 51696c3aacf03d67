import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { run } from './child.mjs';
import { pinnedNode, SetupError } from './machine.mjs';
import { filesBelow, fingerprint, isStamped, writeStamp } from './stamp.mjs';

/** @param {string} projectFolder */
const nativeOf = (projectFolder) => path.join(projectFolder, 'native');
/** node-gyp removes this folder before it builds, and the stamp with it. @param {string} projectFolder */
const stampOf = (projectFolder) => path.join(nativeOf(projectFolder), 'build', '.boardfeed-stamp');

/**
 * Everything the binary is made from: the sources, the Node it is for, and the libraries it is linked with.
 *
 * @param {string} projectFolder
 * @param {Map<string, string>} libraries Debian package → version
 * @param {string} arch as Node names it
 */
function markOf(projectFolder, libraries, arch) {
  const sources = filesBelow(nativeOf(projectFolder), (name) => name !== 'build' && !name.endsWith('.md'));
  const facts = {
    arch,
    node: pinnedNode(projectFolder, arch).version(),
    libraries: JSON.stringify([...libraries].sort()),
    names: JSON.stringify(sources.map((file) => path.relative(projectFolder, file))),
  };
  return fingerprint(facts, sources);
}

/**
 * @param {string} projectFolder
 * @param {Map<string, string>} libraries Debian package → version
 * @param {string} [arch] as Node names it
 * @returns {boolean} whether the binary is there and made from what lies here now
 */
export function isAddonCurrent(projectFolder, libraries, arch = process.arch) {
  const release = path.join(nativeOf(projectFolder), 'build', 'Release');
  return (
    isStamped(stampOf(projectFolder), markOf(projectFolder, libraries, arch)) &&
    existsSync(release) &&
    readdirSync(release).some((name) => name.endsWith('.node'))
  );
}

/**
 * Builds the addon with the pinned Node and node-gyp, against that Node's own headers. The compiler's words are shown only
 * when it fails, then all of them.
 *
 * @param {string} projectFolder
 * @param {Map<string, string>} libraries Debian package → version
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<void>}
 * @throws {SetupError} when it does not build
 */
export async function buildAddon(projectFolder, libraries, env) {
  const node = pinnedNode(projectFolder);
  console.log(`Building the addon for Node ${node.version()}.`);
  // Taken before the build: a source that is edited meanwhile must count as changed.
  const mark = markOf(projectFolder, libraries, process.arch);
  const gyp = path.join(projectFolder, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  const built = await run(node.binary, [gyp, 'rebuild', '--jobs', 'max'], {
    cwd: nativeOf(projectFolder),
    env: gypEnv(env, node.home),
    output: 'keep',
  });
  if (built.code !== 0) throw new SetupError(`${built.output}\nThe addon could not be built, see above.`);
  writeStamp(stampOf(projectFolder), mark);
}

/**
 * node-gyp lets settings in the environment win over its own arguments, and npm puts the user's settings there. A
 * `nodedir`, `target` or `arch` of theirs would build for a Node that never loads the result.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {string} nodeHome
 * @returns {NodeJS.ProcessEnv}
 */
export function gypEnv(env, nodeHome) {
  const ours = Object.entries(env).filter(([name]) => !/^npm_(package_)?config_/i.test(name));
  return { ...Object.fromEntries(ours), npm_config_nodedir: nodeHome };
}
