import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ask, SUITE } from '../package/sysroot.mjs';
import { filesBelow, fingerprint } from '../stamp.mjs';
import { cached } from './cache.mjs';
import { layOver } from './lay-over.mjs';
import { parseSimulated } from './packages.mjs';

const ARCHITECTURE = 'arm64';
/** Roots that are kept: half a gigabyte each. */
const KEPT = 2;
/**
 * What programs take for the time while packages are installed: always the same one, so that the result does not depend on the day. All
 * files get the time of the last commit later.
 */
const INSTALL_EPOCH_S = 1_735_689_600;

/**
 * Run by mmdebstrap, with the root as `$1`. The real update-initramfs is put aside, and back at the end (dpkg-divert(1)); `dpkg` cannot be
 * asked before there is one.
 */
const DIVERT = [
  'mkdir -p "$1/var/lib/dpkg"',
  `printf '/usr/sbin/update-initramfs\\n/usr/sbin/update-initramfs.distrib\\n:\\n' > "$1/var/lib/dpkg/diversions"`,
].join(' && ');
const BACK =
  'rm "$1/usr/sbin/update-initramfs" && chroot "$1" dpkg-divert --quiet --local --rename --remove /usr/sbin/update-initramfs';

/**
 * Debian with all packages but our own, as a tar file: from the cache when apt would install just the same, else made now.
 *
 * @param {{ cache: string, packages: readonly string[], sources: readonly string[], before: string }} recipe `before`: a folder whose files
 *   are there before the packages are
 * @param {(versions: import('./packages.mjs').Versions) => void} check told what apt would install, before it does
 * @returns {Promise<{ tar: string, mark: string }>}
 */
export async function makeRoot({ cache, packages, sources, before }, check) {
  const versions = await resolve(cache, packages, sources);
  check(versions);
  const files = filesBelow(before, () => true);
  const facts = {
    packages: JSON.stringify(packages),
    versions: JSON.stringify([...versions]),
    files: JSON.stringify(files.map((file) => path.relative(before, file))),
    recipe: JSON.stringify([DIVERT, BACK, INSTALL_EPOCH_S, MMDEBSTRAP]),
  };
  const mark = fingerprint(facts, files);
  const folder = await cached(cache, { kind: 'image-root', mark, keep: KEPT }, async (into) => {
    console.log(
      `Installing ${versions.size} Debian packages for ${ARCHITECTURE}; that takes some minutes, and is kept in ${cache}.`,
    );
    await install({ packages, sources, before }, path.join(into, 'root.tar'));
  });
  return { tar: path.join(folder, 'root.tar'), mark };
}

/** Nothing that is only recommended; no apt in the result; nothing is written through to the disk while it is made. */
const MMDEBSTRAP = [
  ...['--mode=root', '--variant=essential', `--architectures=${ARCHITECTURE}`, '--format=tar'],
  ...['--aptopt=APT::Install-Recommends "false"', '--aptopt=Acquire::Languages "none"', '--dpkgopt=force-unsafe-io'],
  // It would ask for a program that tells what the kernel can run.
  '--skip=check/qemu',
];

/** @param {{ packages: readonly string[], sources: readonly string[], before: string }} recipe @param {string} tar */
async function install({ packages, sources, before }, tar) {
  const work = mkdtempSync(path.join(tmpdir(), 'boardfeed-root-'));
  try {
    layOver(before, work);
    await ask(
      'mmdebstrap',
      [
        ...MMDEBSTRAP,
        `--include=${packages.join()}`,
        `--setup-hook=cp -R '${work}/.' "$1/"`,
        `--setup-hook=${DIVERT}`,
        `--customize-hook=${BACK}`,
        ...[SUITE, tar, ...sources],
      ],
      { env: { ...process.env, SOURCE_DATE_EPOCH: String(INSTALL_EPOCH_S) } },
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Which packages in which versions the root would have, by apt's own reckoning. It reads the mirror's lists and nothing else.
 *
 * @param {string} cache
 * @param {readonly string[]} packages
 * @param {readonly string[]} sources
 * @returns {Promise<import('./packages.mjs').Versions>}
 */
async function resolve(cache, packages, sources) {
  const folder = path.join(cache, `image-apt-${ARCHITECTURE}`);
  for (const name of ['lists/partial', 'archives/partial', 'etc/preferences.d', 'etc/apt.conf.d']) {
    mkdirSync(path.join(folder, name), { recursive: true });
  }
  writeFileSync(path.join(folder, 'status'), '');
  writeFileSync(path.join(folder, 'sources.list'), `${sources.join('\n')}\n`);
  const config = path.join(folder, 'apt.conf');
  writeFileSync(
    config,
    [
      `Dir::State "${folder}";`,
      `Dir::State::lists "${folder}/lists";`,
      `Dir::State::status "${folder}/status";`,
      `Dir::Cache "${folder}";`,
      `Dir::Cache::archives "${folder}/archives";`,
      `Dir::Etc "${folder}/etc";`,
      `Dir::Etc::SourceList "${folder}/sources.list";`,
      'Dir::Etc::SourceParts "-";',
      `APT::Architecture "${ARCHITECTURE}";`,
      `APT::Architectures { "${ARCHITECTURE}"; };`,
      'APT::Install-Recommends "false";',
      'APT::Sandbox::User "root";',
      'Acquire::Languages "none";',
      'Debug::NoLocking "true";',
      '',
    ].join('\n'),
  );
  const env = { ...process.env, APT_CONFIG: config, LC_ALL: 'C.UTF-8' };
  await ask('apt-get', ['update', '--error-on=any', '-qq'], { env });
  return parseSimulated(await ask('apt-get', ['--simulate', 'install', '?essential', ...packages], { env }));
}

/**
 * What is installed in a root, with what it takes there, KiB.
 *
 * @param {string} root
 * @returns {Promise<{ name: string, version: string, kib: string }[]>} sorted by name
 */
export async function installedIn(root) {
  const format = ['Package', 'Version', 'Installed-Size', 'db:Status-Status'].map((name) => `\${${name}}`).join('\\t');
  const printed = await ask('dpkg-query', [
    `--admindir=${path.join(root, 'var/lib/dpkg')}`,
    '--show',
    `--showformat=${format}\\n`,
  ]);
  return printed
    .split('\n')
    .map((line) => line.split('\t'))
    .filter(([, , , status]) => status === 'installed')
    .map(([name = '', version = '', kib = '']) => ({ name, version, kib }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}
