/** One of the four partitions of a card. */
export interface Partition {
  /** As in `partition table entry`: 0x0c FAT32, 0x83 Linux. */
  readonly type: number;
  readonly startBytes: number;
  readonly bytes: number;
}

const SECTOR_BYTES = 512;
const TABLE_AT = 446;
const ENTRY_BYTES = 16;
const SIGNATURE = 0xaa55;

/** Reads the partition table of a PC (MBR) from a disk's first sector. Throws when there is none. */
export function readMbr(sector: Buffer): Partition[] {
  if (sector.length < SECTOR_BYTES || sector.readUInt16LE(510) !== SIGNATURE) throw new Error('no partition table');
  return Array.from({ length: 4 }, (_, index) => sector.subarray(TABLE_AT + index * ENTRY_BYTES))
    .map((entry) => ({
      type: entry.readUInt8(4),
      startBytes: entry.readUInt32LE(8) * SECTOR_BYTES,
      bytes: entry.readUInt32LE(12) * SECTOR_BYTES,
    }))
    .filter(({ type }) => type !== 0);
}
