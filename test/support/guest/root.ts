import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run as runChild } from '../../../setup/child.mjs';
import { withLock } from '../../../setup/lock.mjs';
import { fingerprint } from '../../../setup/stamp.mjs';
import { cacheFolder } from '../../../setup/system-test.mjs';
import type { DebianArch } from './machine.ts';
import { findMirrors, sourcesOf } from './mirrors.ts';
import { COMMANDS, DISK_SIZE, FILES, kernelPackage, LAST_FILES, PACKAGES, RELEASE } from './root-recipe.ts';

/** A Debian that can be started. */
export interface Root {
  /** A raw image of its root file system, without partitions. */
  readonly disk: string;
  readonly kernel: string;
  readonly initrd: string;
}

/** How many are kept: what this branch needs, and what the branch before needed. */
const MAX_KEPT = 3;

/** The Debian that the tests start, with further packages in it: from the cache, or made now, which takes some minutes. */
export async function makeRoot(arch: DebianArch, furtherPackages: readonly string[]): Promise<Root> {
  const packages = [...new Set([kernelPackage(arch), ...PACKAGES, ...furtherPackages])].sort();
  const recipe = { packages, FILES, COMMANDS, LAST_FILES, DISK_SIZE, RELEASE };
  const name = `root-${arch}-${fingerprint({ recipe: JSON.stringify(recipe) }, []).slice(0, 16)}`;
  const cache = cacheFolder();
  mkdirSync(cache, { recursive: true });
  const folder = join(cache, name);
  await withLock(`${folder}.lock`, async () => {
    if (existsSync(folder)) return;
    const draft = mkdtempSync(join(cache, '.draft-'));
    try {
      await build(arch, packages, draft);
      renameSync(draft, folder);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  });
  // Its time says when it was used last.
  utimesSync(folder, new Date(), new Date());
  forgetOldest(cache);
  return { disk: join(folder, 'disk'), kernel: join(folder, 'vmlinuz'), initrd: join(folder, 'initrd') };
}

async function build(arch: DebianArch, packages: readonly string[], into: string): Promise<void> {
  console.log(`Making a Debian ${RELEASE} (${arch}) for the tests; it is kept in ${dirname(into)}.`);
  const work = mkdtempSync(join(tmpdir(), 'boardfeed-root-'));
  try {
    const [first, last, tar] = [join(work, 'first'), join(work, 'last'), join(work, 'root.tar')];
    writeFiles(first, FILES);
    writeFiles(last, LAST_FILES);
    await run('mmdebstrap', [
      '--variant=apt',
      `--architectures=${arch}`,
      '--aptopt=APT::Install-Recommends "false"',
      `--include=${packages.join(',')}`,
      `--setup-hook=sync-in ${first} /`,
      ...COMMANDS.map((command) => `--customize-hook=chroot "$1" ${command}`),
      RELEASE,
      tar,
      ...sourcesOf(findMirrors(), RELEASE),
    ]);
    // No mount and no root: fakeroot remembers who owns what from the unpacking to the making of the image.
    const script = [
      'set -e',
      'mkdir root',
      'tar -C root --numeric-owner -xpf root.tar',
      'cp -R --no-preserve=ownership last/. root/',
      // Or systemd would think that /usr is new, and renew what is made from it, at each start.
      'touch root/etc/.updated root/var/.updated',
      `mke2fs -q -t ext4 -O ^has_journal -E lazy_itable_init=0,root_owner=0:0 -d root ${into}/disk ${DISK_SIZE}`,
      `cp -L root/boot/vmlinuz-* ${into}/vmlinuz`,
      `cp -L root/boot/initrd.img-* ${into}/initrd`,
    ].join('\n');
    await run('fakeroot', ['--', 'sh', '-c', script], work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, content.startsWith('#!') ? 0o755 : 0o644);
  }
}

/** Runs a tool and shows what it prints only when it fails. */
async function run(file: string, args: readonly string[], cwd?: string): Promise<void> {
  const ended = await runChild(file, args, { output: 'keep', ...(cwd ? { cwd } : {}) });
  if (ended.code !== 0) throw new Error(`${ended.output.slice(-8000)}\n${file} ended with ${ended.code}, see above`);
}

function forgetOldest(cache: string): void {
  const kept = readdirSync(cache)
    .filter((name) => /^root-[a-z0-9]+-[0-9a-f]+$/.test(name))
    .map((name) => ({ folder: join(cache, name), usedMs: statSync(join(cache, name)).mtimeMs }))
    .sort((a, b) => b.usedMs - a.usedMs);
  for (const { folder } of kept.slice(MAX_KEPT)) rmSync(folder, { recursive: true, force: true });
}
