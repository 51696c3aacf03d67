import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { run } from '../child.mjs';
import { packagesFor } from '../debian-packages.mjs';
import { SetupError } from '../machine.mjs';
import { fingerprint, isStamped, writeStamp } from '../stamp.mjs';

/** The Debian that the package is for. */
export const SUITE = 'trixie';

/** What the addons and the pinned Node are linked with, and what compiling against it takes. */
const LIBRARIES = [
  'libc6-dev',
  'libstdc++6',
  'libgcc-s1',
  'libatomic1',
  ...packagesFor('start')
    .map(({ name }) => name)
    .filter((name) => name.endsWith('-dev')),
];

/** @typedef {{ debian: 'amd64' | 'arm64', node: 'x64' | 'arm64', triplet: string, loader: string }} Architecture */

/** @type {readonly Architecture[]} */
export const ARCHITECTURES = [
  { debian: 'amd64', node: 'x64', triplet: 'x86_64-linux-gnu', loader: 'ld-linux-x86-64.so.2' },
  { debian: 'arm64', node: 'arm64', triplet: 'aarch64-linux-gnu', loader: 'ld-linux-aarch64.so.1' },
];

/**
 * A folder with Debian's libraries and headers as they are on the machines that the package is for, whatever this machine
 * has; and what dpkg says of them, for `dpkg-shlibdeps`. Nothing in it is ever run, so any architecture will do.
 *
 * @param {Architecture} architecture
 * @param {{ cache: string, mirror: string | undefined }} options `mirror` as mmdebstrap takes it; by default it chooses
 * @returns {Promise<string>} the folder, made anew when it is older than a day
 * @throws {SetupError} when it cannot be made
 */
export async function makeSysroot({ debian }, { cache, mirror }) {
  const folder = path.join(cache, `sysroot-${SUITE}-${debian}`);
  const day = new Date().toISOString().slice(0, 10);
  const mark = fingerprint({ libraries: LIBRARIES.join(), mirror: mirror ?? '', day }, []);
  const stamp = path.join(cache, `sysroot-${SUITE}-${debian}.stamp`);
  if (isStamped(stamp, mark)) return folder;
  console.log(`Fetching Debian ${SUITE}'s libraries for ${debian}.`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  const made = await run(
    'mmdebstrap',
    [
      ...['--variant=extract', `--architectures=${debian}`, `--include=${LIBRARIES.join()}`],
      // Nothing is run in it; and the packages themselves are read below.
      ...['--skip=check/qemu', '--skip=cleanup/apt'],
      ...[SUITE, folder, ...(mirror === undefined ? [] : [mirror])],
    ],
    { output: 'keep' },
  );
  if (made.code !== 0) throw new SetupError(`${made.output}\nmmdebstrap ended with exit code ${made.code}, see above.`);
  for (const name of ['lib', 'lib64']) {
    const link = path.join(folder, name);
    if (!existsSync(link) && existsSync(path.join(folder, 'usr', name))) symlinkSync(`usr/${name}`, link);
  }
  await describePackages(folder);
  writeStamp(stamp, mark);
  return folder;
}

/**
 * Unpacking leaves nothing in dpkg's database; this writes what `dpkg-shlibdeps` asks it: which package a library belongs to,
 * here by its path on this machine, and which version of it has which symbols.
 *
 * @param {string} sysroot
 */
async function describePackages(sysroot) {
  const database = path.join(sysroot, 'var', 'lib', 'dpkg');
  const archives = path.join(sysroot, 'var', 'cache', 'apt', 'archives');
  const info = path.join(database, 'info');
  rmSync(database, { recursive: true, force: true });
  mkdirSync(info, { recursive: true });
  mkdirSync(path.join(database, 'updates'));
  writeFileSync(path.join(info, 'format'), '1\n');
  let status = '';
  for (const name of readdirSync(archives)
    .filter((one) => one.endsWith('.deb'))
    .sort()) {
    const deb = path.join(archives, name);
    const fields = await ask('dpkg-deb', ['--field', deb]);
    const field = (/** @type {string} */ wanted) => new RegExp(`^${wanted}: (.*)$`, 'm').exec(fields)?.[1];
    const whole = `${field('Package')}${field('Multi-Arch') === 'same' ? `:${field('Architecture')}` : ''}`;
    status += `${fields.trimEnd()}\n`.replace(/^Package: .*\n/m, (line) => `${line}Status: install ok installed\n`);
    status += '\n';
    const scratch = path.join(sysroot, 'control');
    rmSync(scratch, { recursive: true, force: true });
    await ask('dpkg-deb', ['--control', deb, scratch]);
    for (const kind of ['symbols', 'shlibs']) {
      const file = path.join(scratch, kind);
      if (existsSync(file)) writeFileSync(path.join(info, `${whole}.${kind}`), readFileSync(file));
    }
    rmSync(scratch, { recursive: true, force: true });
    const listed = await ask('dpkg-deb', ['--contents', deb]);
    const paths = [...listed.matchAll(/ \.(\/\S+\.so\.\S+)(?: -> .*)?$/gm)].map(([, file = '']) =>
      path.join(sysroot, file),
    );
    writeFileSync(path.join(info, `${whole}.list`), `${['/.', ...paths].join('\n')}\n`);
  }
  writeFileSync(path.join(database, 'status'), status);
}

/** @param {string} file @param {string[]} args @returns {Promise<string>} what it printed */
export async function ask(file, args, options = {}) {
  const ended = await run(file, args, { ...options, output: 'keep' });
  if (ended.code !== 0) throw new SetupError(`${ended.output}\n${file} ended with exit code ${ended.code}, see above.`);
  return ended.output;
}

/**
 * The packages that programs need, as `Depends:` wants them, by Debian's own reckoning.
 *
 * @param {readonly string[]} programs
 * @param {string} sysroot
 * @param {Architecture} architecture
 * @param {string} scratch a folder of ours
 * @returns {Promise<string>}
 */
export async function librariesNeeded(programs, sysroot, { debian, triplet }, scratch) {
  // It wants to be in a source package.
  mkdirSync(path.join(scratch, 'debian'), { recursive: true });
  writeFileSync(
    path.join(scratch, 'debian', 'control'),
    `Source: boardfeed\n\nPackage: boardfeed\nArchitecture: any\n`,
  );
  const printed = await ask(
    'dpkg-shlibdeps',
    [
      ...['-O', '--warnings=0', `--admindir=${path.join(sysroot, 'var', 'lib', 'dpkg')}`],
      ...[`-l${path.join(sysroot, 'usr', 'lib', triplet)}`, ...programs.map((program) => `-e${program}`)],
    ],
    { cwd: scratch, env: { ...process.env, DEB_HOST_ARCH: debian } },
  );
  const depends = /^shlibs:Depends=(.+)$/m.exec(printed)?.[1];
  if (depends === undefined) throw new SetupError(`${printed}\ndpkg-shlibdeps named no library.`);
  return depends;
}
