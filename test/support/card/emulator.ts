import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../setup/child.mjs';
import { withLock } from '../../../setup/lock.mjs';
import { ARCHITECTURES } from '../../../setup/package/sysroot.mjs';
import { fingerprint } from '../../../setup/stamp.mjs';
import { cacheFolder } from '../../../setup/system-test.mjs';
import { findMirrors, sourcesOf } from '../guest/mirrors.ts';
import type { Program } from '../guest/qemu.ts';

const QEMU = 'qemu-system-aarch64';
/** The first that emulates a sound card which can be unplugged from a Raspberry Pi's kind of machine. */
const OLDEST_MAJOR = 9;
/** The Debian whose QEMU is new enough. */
const RELEASE = 'trixie';
/** QEMU for arm64, and what lets its ALSA driver capture from PulseAudio. */
const PACKAGES = ['qemu-system-arm', 'libasound2-plugins', 'libpulse0'];

/** The major version of QEMU that it tells of itself; 0 when that is no QEMU. */
export function majorVersion(printed: string): number {
  return Number(/^QEMU emulator version (\d+)\./m.exec(printed)?.[1] ?? 0);
}

/**
 * The emulator: this machine's own, or when that is missing or too old, one of a newer Debian, which is fetched once into the cache
 * and runs from there with its own libraries; nothing of this machine is changed.
 */
export async function findEmulator(): Promise<Program> {
  const { stdout } = spawnSync(QEMU, ['--version'], { encoding: 'utf8' });
  if (majorVersion(stdout ?? '') >= OLDEST_MAJOR) return { command: [QEMU] };
  const architecture = ARCHITECTURES.find(({ node }) => node === process.arch);
  if (!architecture) throw new Error(`there is no emulator for ${process.arch}`);
  const { debian, triplet, loader } = architecture;
  const tree = await fetchTree(debian);
  const libraries = join(tree, 'usr', 'lib', triplet);
  // PulseAudio's own parts would otherwise come from this machine, and be of another version.
  const searched = [libraries, join(libraries, 'pulseaudio')].join(':');
  return {
    command: [
      ...([join(libraries, loader), '--library-path', searched, join(tree, 'usr', 'bin', QEMU)] as const),
      ...['-L', join(tree, 'usr', 'share', 'qemu')],
    ],
    env: { ALSA_PLUGIN_DIR: join(libraries, 'alsa-lib'), QEMU_MODULE_DIR: join(libraries, 'qemu') },
  };
}

/** Unpacks the packages and all that they need. Nothing in it is configured. */
async function fetchTree(arch: string): Promise<string> {
  const cache = cacheFolder();
  const recipe = JSON.stringify([RELEASE, PACKAGES]);
  const tree = join(cache, `emulator-${arch}-${fingerprint({ recipe }, []).slice(0, 16)}`);
  mkdirSync(cache, { recursive: true });
  await withLock(`${tree}.lock`, async () => {
    if (existsSync(tree)) return;
    console.log(`Fetching the emulator of Debian ${RELEASE}; it is kept in ${cache}.`);
    const draft = mkdtempSync(join(cache, '.draft-'));
    try {
      const fetched = await run(
        'mmdebstrap',
        [
          ...['--variant=extract', `--architectures=${arch}`, `--include=${PACKAGES.join(',')}`],
          ...['--aptopt=APT::Install-Recommends "false"', '--skip=check/qemu'],
          ...['--dpkgopt=path-exclude=/usr/share/doc/*', '--dpkgopt=path-exclude=/usr/share/man/*'],
          ...[RELEASE, join(draft, 'tree'), ...sourcesOf(findMirrors(), RELEASE)],
        ],
        { output: 'keep' },
      );
      if (fetched.code !== 0) throw new Error(`${fetched.output.slice(-8000)}\nmmdebstrap ended with ${fetched.code}`);
      renameSync(join(draft, 'tree'), tree);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  });
  return tree;
}
