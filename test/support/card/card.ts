import { execFileSync } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fat } from './fat.ts';
import { type Partition, readMbr } from './partitions.ts';

const PIECE_BYTES = 4 * 1024 * 1024;
/** Of ext4 with blocks of 4 KiB. */
const GROUP_BYTES = 128 * 1024 * 1024;

/** Files of the first partition, and ours beside them: what firmware does for a board, QEMU is told. */
export interface BootFiles {
  readonly kernel: string;
  readonly initrd: string;
  /** Kernel's arguments, as the card has them. */
  readonly arguments: string;
}

/** A memory card that the image was written to. It is a file of its own, so that whatever happens to it stays there. */
export class Card {
  readonly #folder: string;
  /** The whole card, raw. */
  readonly disk: string;
  /** The partition that any PC can open. */
  readonly fat: Fat;

  private constructor(folder: string, disk: string) {
    this.#folder = folder;
    this.disk = disk;
    this.fat = new Fat(disk, this.partition(1).startBytes);
  }

  /** @param bytes its size, if the card is larger than the image */
  static write(image: string, bytes = 0): Card {
    const folder = mkdtempSync(join(tmpdir(), 'boardfeed-card-'));
    const disk = join(folder, 'card');
    // What is empty in the image takes no time, and no room.
    execFileSync('cp', ['--reflink=auto', '--sparse=always', image, disk]);
    if (bytes > statSync(disk).size) truncateSync(disk, bytes);
    return new Card(folder, disk);
  }

  get bytes(): number {
    return statSync(this.disk).size;
  }

  /** Counted from 1, as the kernel does. Throws when there is none. */
  partition(number: number): Partition {
    const file = openSync(this.disk, 'r');
    try {
      const sector = Buffer.alloc(512);
      readSync(file, sector, 0, sector.length, 0);
      const found = readMbr(sector)[number - 1];
      if (!found) throw new Error(`the card has no partition ${number}`);
      return found;
    } finally {
      closeSync(file);
    }
  }

  /** What a partition holds, as one hash. */
  hash(number: number): string {
    const { startBytes, bytes } = this.partition(number);
    const hash = createHash('sha256');
    const piece = Buffer.alloc(PIECE_BYTES);
    const file = openSync(this.disk, 'r');
    try {
      for (let done = 0; done < bytes; ) {
        const got = readSync(file, piece, 0, Math.min(PIECE_BYTES, bytes - done), startBytes + done);
        if (got === 0) break;
        hash.update(piece.subarray(0, got));
        done += got;
      }
    } finally {
      closeSync(file);
    }
    return hash.digest('hex');
  }

  /**
   * Noise over the beginning of a partition, and wherever ext4 may keep a copy of its description (at the begin of some of its
   * groups of 128 MiB), as if a dying card had eaten it: nothing can be repaired.
   */
  destroy(number: number): void {
    const { startBytes, bytes } = this.partition(number);
    const noise = randomFillSync(Buffer.alloc(PIECE_BYTES));
    const file = openSync(this.disk, 'r+');
    try {
      for (let done = 0; done < bytes; done += GROUP_BYTES) {
        writeSync(file, noise, 0, Math.min(PIECE_BYTES, bytes - done), startBytes + done);
      }
    } finally {
      closeSync(file);
    }
  }

  /** Takes what a machine is started with off the card. */
  bootFiles(): BootFiles {
    const [kernel, initrd] = ['vmlinuz', 'initrd.img'].map((name) => this.extract(name)) as [string, string];
    return { kernel, initrd, arguments: this.fat.read('cmdline.txt').toString().trim() };
  }

  /** A file of the first partition, as one of ours. */
  extract(name: string): string {
    const file = join(this.#folder, name);
    writeFileSync(file, this.fat.read(name));
    return file;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
