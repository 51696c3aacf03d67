import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { gypEnv } from '../addon.mjs';
import { run } from '../child.mjs';
import { pinnedNode, SetupError } from '../machine.mjs';
import { ask } from './sysroot.mjs';

/**
 * What is compiled: where its sources lie, what comes out, and whether it is linked with Debian's libraries. What is not
 * needs none of a newer Debian than this machine's.
 *
 * @type {readonly { folder: string, output: string, linked: boolean }[]}
 */
const ADDONS = [
  { folder: 'native', output: 'build/Release/boardfeed.node', linked: true },
  { folder: 'node_modules/epoll', output: 'build/Release/epoll.node', linked: false },
];

/** As Debian's own packages are hardened (dpkg-buildflags). */
const HARDENED = ['-fstack-protector-strong', '-Wformat', '-Werror=format-security', '-D_FORTIFY_SOURCE=2'];
const LINKED = ['-Wl,-z,relro', '-Wl,-z,now', '-Wl,--as-needed', '-Wl,--build-id=sha1'];

/**
 * @param {import('./sysroot.mjs').Architecture} architecture
 * @param {string} tool such as `gcc`
 * @returns {string} its name; for the machine's own architecture Debian has the long one, too
 */
export const toolOf = ({ triplet }, tool) => `${triplet}-${tool}`;

/**
 * Compiles the addons for one architecture, in folders of their own: the ones that this machine runs with stay.
 *
 * @param {string} projectFolder
 * @param {{ architecture: import('./sysroot.mjs').Architecture, sysroot: string, headers: string, scratch: string,
 *   env: NodeJS.ProcessEnv }} options `headers`: the folder of the Node that will load them
 * @returns {Promise<import('./contents.mjs').Packed[]>} stripped
 * @throws {SetupError} when one does not compile
 */
export async function buildAddons(projectFolder, { architecture, sysroot, headers, scratch, env }) {
  /** @type {import('./contents.mjs').Packed[]} */
  const built = [];
  for (const { folder, output, linked } of ADDONS) {
    const sources = path.join(projectFolder, folder);
    if (!existsSync(sources)) continue;
    const place = path.join(scratch, folder);
    rmSync(place, { recursive: true, force: true });
    mkdirSync(path.dirname(place), { recursive: true });
    cpSync(sources, place, { recursive: true, filter: (file) => path.relative(sources, file) !== 'build' });
    // An npm package may ask for the headers of another one, by require().
    const gyp = path.join(projectFolder, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
    const ended = await run(
      pinnedNode(projectFolder).binary,
      [gyp, 'rebuild', `--arch=${architecture.node}`, '--jobs', 'max'],
      {
        cwd: place,
        env: {
          ...gypEnv(env, headers),
          ...compilerEnv(architecture, linked ? sysroot : undefined, place),
          NODE_PATH: path.join(projectFolder, 'node_modules'),
        },
        output: 'keep',
      },
    );
    if (ended.code !== 0) throw new SetupError(`${ended.output}\n${folder} could not be built, see above.`);
    const file = path.join(place, output);
    await ask(toolOf(architecture, 'strip'), ['--strip-unneeded', '--remove-section=.comment', file]);
    built.push({ from: file, to: path.join('usr/lib/boardfeed', folder, output), mode: 0o644 });
  }
  return built;
}

/**
 * @param {import('./sysroot.mjs').Architecture} architecture
 * @param {string | undefined} sysroot
 * @param {string} place must not be seen in what comes out
 * @returns {NodeJS.ProcessEnv} how node-gyp is told which compiler to take, and pkg-config where to look
 */
function compilerEnv(architecture, sysroot, place) {
  const into = sysroot === undefined ? '' : ` --sysroot=${sysroot}`;
  const flags = [...HARDENED, `-ffile-prefix-map=${place}=.`].join(' ');
  return {
    CC: toolOf(architecture, 'gcc') + into,
    CXX: toolOf(architecture, 'g++') + into,
    AR: toolOf(architecture, 'ar'),
    CFLAGS: flags,
    CXXFLAGS: flags,
    LDFLAGS: LINKED.join(' '),
    ...(sysroot === undefined
      ? {}
      : {
          PKG_CONFIG_SYSROOT_DIR: sysroot,
          PKG_CONFIG_LIBDIR: [`usr/lib/${architecture.triplet}/pkgconfig`, 'usr/share/pkgconfig']
            .map((folder) => path.join(sysroot, folder))
            .join(':'),
        }),
  };
}
