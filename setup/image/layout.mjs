import { SetupError } from '../machine.mjs';

/*
 * The card: a partition table of the old kind (MBR), for the ROM of a Pi 3 reads no other; a partition that any PC can open; two of the
 * same size for the system, of which the second one is for updates; and the rest for what the box writes, which grows to the end of the
 * card at the first start.
 */

/** Fixed, so that kernel and fstab find the partitions as bf0a4d1e-01 to -04 whatever the card is called. */
export const DISK_ID = 'bf0a4d1e';

/** Where the first partition begins; also what all of them are aligned to: what cards erase at once is this or a part of it. */
export const ALIGN_MIB = 4;
export const BOOT_MIB = 256;
export const DATA_MIB = 64;
const SLOT_MIB = 512;
/** A card of 2 GB is the smallest on sale, and the emulated ones have a power of two. */
const MAX_MIB = 2048;

/** @typedef {{ name: string, type: number, startMib: number, sizeMib: number, image?: string }} Partition */

/**
 * @param {number} rootBytes size of the system's file system
 * @returns {Partition[]} in the order of their numbers
 * @throws {SetupError} when that is too large for the smallest card
 */
export function partitionsFor(rootBytes) {
  const rootMib = Math.ceil(rootBytes / 2 ** 20);
  const slotMib = Math.max(SLOT_MIB, Math.ceil(rootMib / 64) * 64);
  /** @type {Omit<Partition, 'startMib'>[]} */
  const rows = [
    { name: 'boot', type: 0x0c, sizeMib: BOOT_MIB, image: 'boot.vfat' },
    { name: 'root-a', type: 0x83, sizeMib: slotMib, image: 'root.squashfs' },
    { name: 'root-b', type: 0x83, sizeMib: slotMib },
    { name: 'data', type: 0x83, sizeMib: DATA_MIB, image: 'data.ext4' },
  ];
  let startMib = ALIGN_MIB;
  const partitions = rows.map((row) => {
    const partition = { ...row, startMib };
    startMib += row.sizeMib;
    return partition;
  });
  if (startMib > MAX_MIB)
    throw new SetupError(`The system has ${rootMib} MiB; then the image has ${startMib}, and ${MAX_MIB} is the limit.`);
  return partitions;
}

/** @param {readonly Partition[]} partitions @returns {number} of the whole image, MiB */
export function wholeMib(partitions) {
  const last = partitions.at(-1);
  return last === undefined ? 0 : last.startMib + last.sizeMib;
}

/**
 * @param {string} file the image to be
 * @param {readonly Partition[]} partitions
 * @returns {string} what genimage is told
 */
export function genimageConfig(file, partitions) {
  const sections = partitions.map(({ name, type, startMib, sizeMib, image }) =>
    [
      `\tpartition ${name} {`,
      `\t\tpartition-type = 0x${type.toString(16).padStart(2, '0')}`,
      `\t\toffset = ${startMib}M`,
      `\t\tsize = ${sizeMib}M`,
      ...(image === undefined ? [] : [`\t\timage = "${image}"`]),
      '\t}',
    ].join('\n'),
  );
  return [
    `image ${file} {`,
    '\thdimage {',
    '\t\tpartition-table-type = "mbr"',
    `\t\tdisk-signature = 0x${DISK_ID}`,
    `\t\talign = ${ALIGN_MIB}M`,
    // Up to the end of the last partition, as it stands in the table.
    '\t\tfill = true',
    '\t}',
    ...sections,
    '}',
    '',
  ].join('\n');
}
