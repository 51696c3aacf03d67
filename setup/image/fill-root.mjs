import { chmodSync, copyFileSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ask } from '../package/sysroot.mjs';
import { filesBelow, fingerprint } from '../stamp.mjs';
import { cached } from './cache.mjs';
import { inRoot } from './chroot.mjs';
import { warmingScript } from './code-cache.mjs';

/* What is done in the root after Debian's packages are in it: everything here is quick, or kept. */

/** Where in the root our package lies until it is installed. */
const OURS = 'var/tmp/ours';
/** Kept beside the roots, small as they are. */
const KEPT = 4;

/**
 * @param {string} tar
 * @param {string} root
 */
export async function unpack(tar, root) {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  await ask('tar', ['-C', root, '--numeric-owner', '--xattrs', '--xattrs-include=*', '-xpf', tar]);
}

/**
 * The initramfs, which takes two minutes under emulation: made again only when the root or what concerns it has changed.
 *
 * @param {string} root with the files of `overlay` in it
 * @param {{ cache: string, rootMark: string, overlay: string, release: string }} options `release`: of the kernel
 * @returns {Promise<string>} the file
 */
export async function makeInitramfs(root, { cache, rootMark, overlay, release }) {
  const folder = path.join(overlay, 'etc', 'initramfs-tools');
  const files = filesBelow(folder, () => true);
  const names = JSON.stringify(files.map((file) => path.relative(folder, file)));
  const mark = fingerprint({ rootMark, names }, files);
  const kept = await cached(cache, { kind: 'image-initrd', mark, keep: KEPT }, async (into) => {
    console.log('Making the initramfs; that takes two minutes, and is kept.');
    const script = `cd / && mkinitramfs -o /var/tmp/initrd.img ${release} && chmod 0644 /var/tmp/initrd.img`;
    // Times in it are those of the files, and they are the same each time.
    await inRoot(root, script, { SOURCE_DATE_EPOCH: '1735689600' });
    copyFileSync(path.join(root, 'var', 'tmp', 'initrd.img'), path.join(into, 'initrd.img'));
    rmSync(path.join(root, 'var', 'tmp', 'initrd.img'));
  });
  return path.join(kept, 'initrd.img');
}

/**
 * Installs our package and fills the code cache.
 *
 * @param {string} root
 * @param {{ deb: string, abilities: string, nodeFlags: readonly string[], epochS: number }} options `abilities`: see `code-cache.mjs`
 */
export async function installOurs(root, { deb, abilities, nodeFlags, epochS }) {
  const inside = path.join(root, OURS);
  rmSync(inside, { recursive: true, force: true });
  mkdirSync(inside);
  await storeUncompressed(deb, path.join(inside, 'boardfeed.deb'));
  copyFileSync(abilities, path.join(inside, 'abilities.so'));
  for (const one of [inside, path.join(inside, 'abilities.so')]) chmodSync(one, 0o755);
  const script = [`dpkg --install /${OURS}/boardfeed.deb`, ...warmingScript(`/${OURS}/abilities.so`, nodeFlags)];
  await inRoot(root, script.join('\n'), { SOURCE_DATE_EPOCH: String(epochS) });
  rmSync(inside, { recursive: true });
}

/**
 * The same package without compression: to unpack it takes an emulated processor half a minute, and ours a second.
 *
 * @param {string} deb
 * @param {string} to
 */
async function storeUncompressed(deb, to) {
  const script = [
    'set -e',
    'folder=$(mktemp -d)',
    `trap 'rm -rf "$folder"' EXIT`,
    'dpkg-deb --ctrl-tarfile "$1" > "$folder/control.tar"',
    'dpkg-deb --fsys-tarfile "$1" > "$folder/data.tar"',
    'printf "2.0\\n" > "$folder/debian-binary"',
    'rm -f "$2"',
    'cd "$folder" && ar rcS "$2" debian-binary control.tar data.tar',
  ].join('\n');
  await ask('sh', ['-c', script, 'sh', deb, to]);
}
