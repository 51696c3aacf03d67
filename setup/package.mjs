import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { BOX_NODE_FLAGS, CODE_CACHE_FILES } from './box-node.mjs';
import { childEnv, projectDir, SetupError } from './machine.mjs';
import { buildAddons } from './package/addons.mjs';
import { commonContents, PROGRAM, productionModules } from './package/contents.mjs';
import { debianChangelog, fill } from './package/control.mjs';
import { copyrightFile, licencesOf } from './package/copyright.mjs';
import { makeDeb } from './package/deb.mjs';
import { nodeFor, strippedNode } from './package/node.mjs';
import { ARCHITECTURES, ask, librariesNeeded, makeSysroot } from './package/sysroot.mjs';

/** Git ignores it. Not below node_modules: there Node runs no TypeScript, and the package is tried out. */
export const PACKAGE_CACHE = path.join(projectDir, 'build', 'package');
const DEBIAN = path.join(projectDir, 'debian');
/** Where the packages are put; git ignores it. */
const DIST = path.join(projectDir, 'dist');
const MAINTAINER = 'The Boardfeed authors <boardfeed@packages.invalid>';

/** @param {string} file below the project's folder */
const read = (file) => readFileSync(path.join(projectDir, file), 'utf8');

/**
 * `npm run package`: makes the Debian packages, for both architectures on whatever machine.
 *
 * @param {string[]} args architectures, and `--mirror URL`
 * @returns {Promise<void>}
 * @throws {SetupError} when one cannot be made
 */
export async function makePackages(args) {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { mirror: { type: 'string' } } });
  const known = ARCHITECTURES.map(({ debian }) => debian);
  const unknown = positionals.find((name) => !known.some((one) => one === name));
  if (unknown !== undefined)
    throw new SetupError(`${unknown}: no such architecture; expected ${known.join(' or ')}`, 64);
  for (const architecture of ARCHITECTURES) {
    if (positionals.length > 0 && !positionals.includes(architecture.debian)) continue;
    console.log(`dist/${path.basename(await makePackage(architecture, values.mirror))}`);
  }
}

/** @returns {Promise<number>} the time that all files get: that of the last commit, or what the environment says, in Unix time */
export async function commitEpochS() {
  return Number(process.env.SOURCE_DATE_EPOCH ?? (await ask('git', ['-C', projectDir, 'log', '-1', '--format=%ct'])));
}

/**
 * @param {import('./package/sysroot.mjs').Architecture} architecture
 * @param {string | undefined} mirror
 * @returns {Promise<string>} the .deb
 */
export async function makePackage(architecture, mirror) {
  const env = childEnv();
  const { version } = JSON.parse(read('package.json'));
  const lock = JSON.parse(read('package-lock.json'));
  const epochS = await commitEpochS();
  const scratch = path.join(PACKAGE_CACHE, architecture.debian);
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });

  const sysroot = await makeSysroot(architecture, { cache: PACKAGE_CACHE, mirror });
  const home = await nodeFor(projectDir, architecture, { cache: PACKAGE_CACHE, env, lock });
  const node = await strippedNode(home, architecture, scratch);
  console.log(`Compiling the addons for ${architecture.debian}.`);
  const addons = await buildAddons(projectDir, { architecture, sysroot, headers: home, scratch, env });
  const programs = [node, ...addons.flatMap((addon) => ('from' in addon ? [addon.from] : []))];
  const words = {
    VERSION: version,
    ARCHITECTURE: architecture.debian,
    DATE: new Date(epochS * 1000).toISOString().slice(0, 10),
    NODE_FLAGS: BOX_NODE_FLAGS.join(' '),
    SHLIBS: await librariesNeeded(programs, sysroot, architecture, scratch),
  };
  const contents = [
    { from: node, to: `${PROGRAM}/bin/node`, mode: 0o755 },
    ...addons,
    ...commonContents(projectDir, lock),
    ...written({ words, epochS, copyright: copyrightFile(licencesOf(projectDir, productionModules(lock), home)) }),
  ];
  const deb = path.join(DIST, `boardfeed_${version}_${architecture.debian}.deb`);
  console.log(`Packing ${contents.length} files.`);
  const tree = path.join(scratch, 'tree');
  await makeDeb(DEBIAN, contents, { deb, tree, epochS, values: words });
  if (architecture.node === process.arch) await tryOut(tree, sysroot, architecture);
  return deb;
}

/**
 * Imports everything that the box may import, as it lies in the package, with the Node and the libraries it will have.
 *
 * @param {string} tree
 * @param {string} sysroot
 * @param {import('./package/sysroot.mjs').Architecture} architecture
 */
async function tryOut(tree, sysroot, { triplet, loader }) {
  const program = path.join(tree, PROGRAM);
  const libraries = path.join(sysroot, 'usr', 'lib', triplet);
  await ask(path.join(libraries, loader), [
    ...['--library-path', libraries, path.join(program, 'bin', 'node')],
    ...[path.join(program, 'warm.mjs'), '--version'],
  ]);
}

/**
 * What is written for the package.
 *
 * @param {{ words: Record<string, string>, epochS: number, copyright: string }} facts
 * @returns {import('./package/contents.mjs').Packed[]}
 */
function written({ words, epochS, copyright }) {
  const doc = 'usr/share/doc/boardfeed';
  /** @param {string} text */
  const zipped = (text) => gzipSync(text, { level: 9 });
  /** @param {string} name */
  const template = (name) => fill(read(path.join('debian', name)), words);
  const { name, version, type } = JSON.parse(read('package.json'));
  const warm = CODE_CACHE_FILES.map((file) => `await import('./src/${file}');\n`).join('');
  return [
    { to: `${PROGRAM}/package.json`, content: `${JSON.stringify({ name, version, type }, null, 2)}\n`, mode: 0o644 },
    {
      to: `${PROGRAM}/warm.mjs`,
      content: `// Fills the code cache with all that the box may import.\n${warm}`,
      mode: 0o644,
    },
    { to: 'usr/bin/boardfeed', content: template('boardfeed.sh'), mode: 0o755 },
    { to: 'usr/share/boardfeed/boardfeed.toml', content: read('debian/boardfeed.toml'), mode: 0o644 },
    { to: 'usr/share/lintian/overrides/boardfeed', content: read('debian/lintian-overrides'), mode: 0o644 },
    { to: 'usr/share/man/man1/boardfeed.1.gz', content: zipped(template('boardfeed.1')), mode: 0o644 },
    { to: `${doc}/examples/boardfeed.example.toml`, content: read('boardfeed.example.toml'), mode: 0o644 },
    {
      to: `${doc}/changelog.gz`,
      content: zipped(debianChangelog(words.VERSION ?? '', epochS, MAINTAINER)),
      mode: 0o644,
    },
    { to: `${doc}/NEWS.md.gz`, content: zipped(read('CHANGELOG.md')), mode: 0o644 },
    { to: `${doc}/copyright`, content: copyright, mode: 0o644 },
  ];
}
