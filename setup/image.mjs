import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { BOX_NODE_FLAGS } from './box-node.mjs';
import { bootFaults, debianBootFiles } from './image/boot-files.mjs';
import { inRoot } from './image/chroot.mjs';
import { compileAbilities } from './image/code-cache.mjs';
import { startEmulation } from './image/emulation.mjs';
import { assemble, makeBootPartition, makeDataPartition, makeRootPartition, pack } from './image/file-systems.mjs';
import { installOurs, makeInitramfs, unpack } from './image/fill-root.mjs';
import { layOver } from './image/lay-over.mjs';
import { partitionsFor, wholeMib } from './image/layout.mjs';
import { differences, lockText, parseList, parseLock } from './image/packages.mjs';
import { installedIn, makeRoot } from './image/root.mjs';
import { Steps } from './image/steps.mjs';
import { withLock } from './lock.mjs';
import { projectDir, SetupError } from './machine.mjs';
import { findMirrors, sourcesOf } from './mirrors.mjs';
import { fill, parseRelations } from './package/control.mjs';
import { ARCHITECTURES, ask, makeSysroot, SUITE } from './package/sysroot.mjs';
import { commitEpochS, makePackage, PACKAGE_CACHE } from './package.mjs';
import { filesBelow } from './stamp.mjs';
import { cacheFolder } from './system-test.mjs';

const RECIPE = path.join(projectDir, 'image');
const LOCK = path.join(RECIPE, 'packages.lock');
const WORK = path.join(projectDir, 'build', 'image');
const DIST = path.join(projectDir, 'dist');
/** Debian's own keys, wherever apt looks for others. */
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
/** Read with Windows, where the oldest editors want it so. */
const CRLF_FILES = new Set(['README.txt', 'boardfeed-status.txt', 'boardfeed.example.toml']);
/** Its size stays, see `write-status`. */
const STATUS_BYTES = 4096;

const [ARM64] = ARCHITECTURES.filter(({ debian }) => debian === 'arm64');

/**
 * `npm run image`: makes the image that a person writes to a memory card.
 *
 * @param {string[]} args
 * @param {string} debianArch of this machine
 * @returns {Promise<void>}
 * @throws {SetupError} when it cannot be made
 */
export async function makeImage(args, debianArch) {
  const { mirror, locked, updateLock } = parseOptions(args);
  if (process.getuid?.() !== 0) {
    throw new SetupError(
      'Making the image needs root: the files in it belong to many users, and the programs in it are started once, in a system of ' +
        'their own. Nothing outside of this folder and the cache is changed. Run: sudo npm run image',
      77,
    );
  }
  const mirrors = mirror === undefined ? findMirrors() : { main: mirror };
  const sources = sourcesOf(mirrors, SUITE, {
    components: 'main non-free-firmware',
    options: `signed-by=${KEYRING} check-valid-until=no`,
  });
  const cache = cacheFolder();
  mkdirSync(cache, { recursive: true });
  await withLock(path.join(cache, 'image.lock'), async () => {
    const steps = new Steps();
    const built = await build({ steps, cache, sources, mirror, debianArch, locked, updateLock });
    console.log(`\n${steps.summary()}\n\n${built.map(sizeLine).join('\n')}`);
  });
}

/** @param {string[]} args */
function parseOptions(args) {
  try {
    const { values } = parseArgs({
      args,
      options: { mirror: { type: 'string' }, locked: { type: 'boolean' }, 'update-lock': { type: 'boolean' } },
    });
    return { mirror: values.mirror, locked: values.locked === true, updateLock: values['update-lock'] === true };
  } catch (error) {
    throw new SetupError(
      `${/** @type {Error} */ (error).message}\nUsage: npm run image -- [--mirror URL] [--locked | --update-lock]`,
      64,
    );
  }
}

/**
 * @param {{ steps: Steps, cache: string, sources: readonly string[], mirror: string | undefined, debianArch: string, locked: boolean,
 *   updateLock: boolean }} options
 * @returns {Promise<string[]>} the files that were made
 */
async function build({ steps, cache, sources, mirror, debianArch, locked, updateLock }) {
  if (ARM64 === undefined) throw new Error('arm64 is no architecture any more');
  const epochS = await commitEpochS();
  const { version } = JSON.parse(readFileSync(path.join(projectDir, 'package.json'), 'utf8'));
  const name = `boardfeed-${version}-arm64`;
  const root = path.join(WORK, 'root');
  mkdirSync(WORK, { recursive: true });
  mkdirSync(DIST, { recursive: true });

  const deb = await steps.take('The package', () => makePackage(ARM64, mirror));
  const abilities = path.join(WORK, 'abilities.so');
  const sysroot = await makeSysroot(ARM64, { cache: PACKAGE_CACHE, mirror });
  await compileAbilities(path.join(RECIPE, 'abilities.c'), abilities, { architecture: ARM64, sysroot });

  const endEmulation = await startEmulation({ cache, sources, debianArch });
  try {
    const depends = parseRelations(await ask('dpkg-deb', ['--field', deb, 'Depends']));
    const listed = parseList(readFileSync(path.join(RECIPE, 'packages.list'), 'utf8'));
    const packages = [...new Set([...listed, ...depends])].sort();
    const before = path.join(RECIPE, 'before');
    const made = await steps.take('Debian', () =>
      makeRoot({ cache, packages, sources, before }, (versions) => compareWithLock(versions, { locked, updateLock })),
    );
    await steps.take('Unpacking it', () => unpack(made.tar, root));
    layOver(path.join(RECIPE, 'root'), root);
    const { release, files } = debianBootFiles(root);
    const initrd = await steps.take('The initramfs', () =>
      makeInitramfs(root, { cache, rootMark: made.mark, overlay: path.join(RECIPE, 'root'), release }),
    );
    await steps.take('The first partition', () =>
      makeBoot([...files, { name: 'initrd.img', from: initrd }], { version, epochS }),
    );
    await steps.take('Boardfeed in it', async () => {
      await installOurs(root, { deb, abilities, nodeFlags: BOX_NODE_FLAGS, epochS });
      const finish = readFileSync(path.join(RECIPE, 'finish.sh'), 'utf8');
      await inRoot(root, finish, { IMAGE_VERSION: version, SOURCE_DATE_EPOCH: String(epochS) });
    });
  } finally {
    endEmulation();
  }

  const list = path.join(DIST, `${name}.packages.txt`);
  const installed = await installedIn(root);
  writeFileSync(list, installed.map((row) => `${row.name}=${row.version}=${row.kib}\n`).join(''));
  const rootFile = path.join(WORK, 'root.squashfs');
  await steps.take('The system partition', () => makeRootPartition(rootFile, root, epochS));
  rmSync(root, { recursive: true });
  await makeDataPartition(path.join(WORK, 'data.ext4'), epochS);
  const image = path.join(WORK, `${name}.img`);
  const partitions = partitionsFor(statSync(rootFile).size);
  await steps.take('The image', () =>
    assemble(image, partitions, { inputs: WORK, scratch: path.join(WORK, 'genimage') }),
  );
  const packed = path.join(DIST, `${name}.img.xz`);
  await steps.take('Packing it', () => pack(image, packed));
  const sums = path.join(DIST, `${name}.sha256`);
  writeFileSync(sums, (await Promise.all([packed, image].map(sumLine))).join(''));
  console.log(`\n${installed.length} packages, ${wholeMib(partitions)} MiB on the card.`);
  return [packed, sums, list, image, rootFile, path.join(WORK, 'boot.vfat')];
}

/**
 * @param {import('./image/packages.mjs').Versions} versions
 * @param {{ locked: boolean, updateLock: boolean }} how
 */
function compareWithLock(versions, { locked, updateLock }) {
  if (updateLock) {
    writeFileSync(LOCK, lockText(versions));
    return;
  }
  const lock = existsSync(LOCK) ? parseLock(readFileSync(LOCK, 'utf8')) : new Map();
  const found = differences(lock, versions);
  if (found.length === 0) return;
  const words = `Debian's packages are not those of image/packages.lock:\n${found.map((line) => `  ${line}\n`).join('')}`;
  if (locked) throw new SetupError(`${words}They are wanted just so (--locked).`, 65);
  console.log(`${words}The image is made with what the mirror has; --update-lock notes it, --locked refuses it.`);
}

/**
 * @param {readonly import('./image/boot-files.mjs').BootFile[]} debianFiles
 * @param {{ version: string, epochS: number }} facts
 */
async function makeBoot(debianFiles, { version, epochS }) {
  /** @param {string} file */
  const text = (file) => fill(readFileSync(file, 'utf8'), { VERSION: version });
  const ours = new Map(
    filesBelow(path.join(RECIPE, 'boot'), () => true).map((file) => [path.basename(file), text(file)]),
  );
  ours.set('boardfeed.example.toml', readFileSync(path.join(projectDir, 'boardfeed.example.toml'), 'utf8'));
  ours.set('boardfeed-status.txt', `${'The box has not been started with this card yet.'.padEnd(STATUS_BYTES - 2)}\n`);
  const files = [
    ...debianFiles.map(({ name, from }) => ({ name, content: { from } })),
    ...[...ours].map(([name, content]) => ({
      name,
      content: CRLF_FILES.has(name) ? content.replaceAll('\n', '\r\n') : content,
    })),
  ];
  const names = files.map((file) => file.name);
  const faults = bootFaults(names, ours.get('config.txt') ?? '', ours.get('cmdline.txt') ?? '');
  if (faults.length > 0)
    throw new SetupError(`The board would not start:\n${faults.map((one) => `  ${one}\n`).join('')}`);
  await makeBootPartition(path.join(WORK, 'boot.vfat'), files, { epochS, scratch: path.join(WORK, 'boot') });
}

/** @param {string} file @returns {Promise<string>} as sha256sum(1) prints it */
async function sumLine(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return `${hash.digest('hex')}  ${path.basename(file)}\n`;
}

/** @param {string} file */
function sizeLine(file) {
  return `${(statSync(file).size / 1e6).toFixed(1).padStart(8)} MB  ${path.relative(projectDir, file)}`;
}
