import { copyFileSync, existsSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { run } from '../child.mjs';
import { SetupError } from '../machine.mjs';
import { ask } from '../package/sysroot.mjs';
import { BOOT_MIB, DATA_MIB, DISK_ID, genimageConfig } from './layout.mjs';

/* Everything that would otherwise be made up on the spot (ids, times) is fixed here: two images of the same are the same, byte for byte. */

const VOLUME_ID = DISK_ID;
const DATA_UUID = 'bf0a4d1e-da7a-4b0a-8d0f-eed000000004';
const HASH_SEED = 'bf0a4d1e-5eed-4b0a-8d0f-eed000000004';
/**
 * mke2fs(8). The same stands in `image/root/etc/initramfs-tools/scripts/boardfeed/data-partition`, which says why.
 */
export const MKE2FS_OPTIONS =
  '-q -F -t ext4 -L data -m 0 -b 4096 -i 131072 -e remount-ro -J size=4 -E resize=134217728,nodiscard';

/**
 * @param {string} file
 * @param {readonly { name: string, content: string | { from: string } }[]} files no folders: there are none
 * @param {{ epochS: number, scratch: string }} options `scratch`: a folder of ours
 */
export async function makeBootPartition(file, files, { epochS, scratch }) {
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  rmSync(file, { force: true });
  const names = files.map(({ name, content }) => {
    const whole = path.join(scratch, name);
    if (typeof content === 'string') writeFileSync(whole, content);
    else copyFileSync(content.from, whole);
    utimesSync(whole, epochS, epochS);
    return whole;
  });
  // FAT notes local time. mtools would complain of a disk whose geometry nobody has known for thirty years.
  const env = { ...process.env, TZ: 'UTC', SOURCE_DATE_EPOCH: String(epochS), MTOOLS_SKIP_CHECK: '1' };
  const size = String(BOOT_MIB * 1024);
  // Clusters of 2 KiB: with larger ones there would be too few of them for FAT32.
  await ask(
    'mkfs.vfat',
    [...['-F', '32', '-s', '4', '-n', 'BOARDFEED', '--invariant', '-i', VOLUME_ID, '-C'], file, size],
    { env },
  );
  await ask('mcopy', ['-m', '-Q', '-i', file, ...names, '::/'], { env });
  rmSync(scratch, { recursive: true });
}

/** @param {string} file @param {string} root @param {number} epochS */
export async function makeRootPartition(file, root, epochS) {
  rmSync(file, { force: true });
  const env = { ...process.env };
  // It would not have both.
  delete env.SOURCE_DATE_EPOCH;
  const time = String(epochS);
  await ask(
    'mksquashfs',
    [
      ...[root, file, '-noappend', '-no-progress', '-quiet', '-comp', 'zstd', '-Xcompression-level', '15'],
      ...['-mkfs-time', time, '-all-time', time],
    ],
    { env },
  );
}

/** @param {string} file @param {number} epochS */
export async function makeDataPartition(file, epochS) {
  rmSync(file, { force: true });
  const time = String(epochS);
  const seed = `hash_seed=${HASH_SEED},root_owner=0:0,lazy_itable_init=0`;
  await ask('mke2fs', [...MKE2FS_OPTIONS.split(' '), '-E', seed, '-U', DATA_UUID, file, `${DATA_MIB}M`], {
    env: { ...process.env, SOURCE_DATE_EPOCH: time, E2FSPROGS_FAKE_TIME: time },
  });
}

/**
 * Puts the partitions together.
 *
 * @param {string} file the image
 * @param {readonly import('./layout.mjs').Partition[]} partitions
 * @param {{ inputs: string, scratch: string }} folders
 */
export async function assemble(file, partitions, { inputs, scratch }) {
  for (const { image, sizeMib } of partitions) {
    if (image !== undefined && statSync(path.join(inputs, image)).size > sizeMib * 2 ** 20)
      throw new SetupError(`${image} does not fit into ${sizeMib} MiB.`);
  }
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(path.join(scratch, 'root'), { recursive: true });
  const config = path.join(scratch, 'genimage.cfg');
  writeFileSync(config, genimageConfig(path.basename(file), partitions));
  await ask('genimage', [
    ...['--config', config, '--rootpath', path.join(scratch, 'root'), '--tmppath', path.join(scratch, 'tmp')],
    ...['--inputpath', inputs, '--outputpath', path.dirname(file)],
  ]);
  rmSync(scratch, { recursive: true });
  if (!existsSync(file)) throw new SetupError(`genimage left no ${path.basename(file)}.`);
}

/**
 * Packs the image. The number of threads is fixed, and not that of this machine's processors: the result depends on it.
 *
 * @param {string} image
 * @param {string} file
 */
export async function pack(image, file) {
  // Most of it is compressed already; more effort gains nothing.
  const command = 'exec xz --compress --stdout --threads=2 --block-size=25165824 -3 < "$1" > "$2"';
  const packed = await run('sh', ['-c', command, 'sh', image, `${file}.new`], { output: 'keep' });
  if (packed.code !== 0) throw new SetupError(`${packed.output}\nxz ended with exit code ${packed.code}, see above.`);
  await ask('mv', [`${file}.new`, file]);
}
