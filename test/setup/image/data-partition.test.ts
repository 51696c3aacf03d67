import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { MKE2FS_OPTIONS } from '../../../setup/image/file-systems.mjs';
import { DISK_ID } from '../../../setup/image/layout.mjs';
import { FakeRoot, imageFile } from './shell.ts';

/* The initramfs' care for the data partition, with the real tools on files: a disk with a partition table, and the fourth partition beside it. */

const SCRIPT = imageFile('etc/initramfs-tools/scripts/boardfeed/data-partition');
const MIB = 2 ** 20;
const ENV = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`, LC_ALL: 'C.UTF-8' };

function tool(file: string, args: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8', env: ENV, input });
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}

/** A card of so many MiB, as it comes from the imager: with 16 MiB of data at the end of the image. */
class Card {
  readonly root: FakeRoot;
  readonly disk: string;
  readonly data: string;

  constructor(t: ExecutionContext, { diskMib = 64, id = DISK_ID } = {}) {
    this.root = new FakeRoot(t);
    const { root } = this;
    for (const folder of ['dev', 'run', 'sys/class/block', 'mnt']) mkdirSync(root.path(folder), { recursive: true });
    root.write('kmsg', '');
    this.disk = root.path('dev/card');
    this.data = root.path('dev/cardp4');
    writeFileSync(this.disk, '');
    truncateSync(this.disk, 64 * MIB);
    const rows = [4, 8, 16, 32].map(
      (start, index) => `start=${start}MiB, size=${start}MiB, type=${index === 0 ? 'c' : '83'}`,
    );
    tool('sfdisk', ['--quiet', this.disk], ['label: dos', `label-id: 0x${id}`, ...rows, ''].join('\n'));
    truncateSync(this.disk, diskMib * MIB);
    writeFileSync(this.data, '');
    tool('mke2fs', [...MKE2FS_OPTIONS.split(' '), this.data, '16M']);
    for (const name of ['card', 'card/cardp2', 'card/cardp4']) {
      const folder = root.path(`sys/devices/${name}`);
      mkdirSync(folder, { recursive: true });
      const number = /p(\d)$/.exec(name)?.[1];
      if (number !== undefined) writeFileSync(path.join(folder, 'partition'), `${number}\n`);
      symlinkSync(folder, root.path(`sys/class/block/${path.basename(name)}`));
    }
    writeFileSync(root.path('dev/cardp2'), '');
  }

  /** Runs functions of the script. Nothing is mounted: what e2fsck finds whole could be. */
  run(script: string) {
    const { root } = this;
    const text = [
      'set -u',
      `. ${SCRIPT}`,
      'mount_file_system() { e2fsck -fn "$1" >/dev/null 2>&1; }',
      // Growing needs a mount, too; without one it wants to have been checked.
      'grow_file_system() { e2fsck -fy "$1" >/dev/null 2>&1; resize2fs "$1" >/dev/null 2>&1; }',
      script,
    ].join('\n');
    return root.run(['-c', text], {
      sysfs: root.path('sys'),
      devfs: root.path('dev'),
      kmsg: root.path('kmsg'),
      OUTCOME: root.path('run/outcome'),
    });
  }

  prepare() {
    return this.run(`prepare_data ${this.root.path('dev/cardp2')} ${this.root.path('mnt')}`);
  }

  outcome(): string | undefined {
    return this.root.read('run/outcome');
  }

  /** Start and end of each partition, in MiB. */
  table(): [number, number][] {
    const { partitiontable } = JSON.parse(tool('sfdisk', ['--json', this.disk]));
    return partitiontable.partitions.map(({ start, size }: { start: number; size: number }) => [
      start / 2048,
      (start + size) / 2048,
    ]);
  }

  file(name: string): string {
    return tool('debugfs', ['-R', `cat ${name}`, this.data]);
  }

  keep(name: string, text: string): void {
    writeFileSync(this.root.path('kept'), text);
    tool('debugfs', ['-w', '-R', `write ${this.root.path('kept')} ${name}`, this.data]);
  }

  isWhole(): boolean {
    return spawnSync('e2fsck', ['-fn', this.data], { env: ENV }).status === 0;
  }
}

test('a partition that ends with the card stays as it is', (t) => {
  const card = new Card(t);
  const before = readFileSync(card.disk);
  t.is(card.prepare().code, 0);
  t.true(readFileSync(card.disk).equals(before));
  t.is(card.outcome(), undefined);
});

test('on a larger card the partition grows to its end; what changes is one sector, and only once', (t) => {
  const card = new Card(t, { diskMib: 200 });
  const before = readFileSync(card.disk);
  card.keep('words', 'kept');
  t.is(card.prepare().code, 0, card.root.read('kmsg') ?? '');
  t.deepEqual(card.table(), [
    [4, 8],
    [8, 16],
    [16, 32],
    [32, 200],
  ]);
  const after = readFileSync(card.disk);
  t.true(after.subarray(512).equals(before.subarray(512)));
  t.is(card.file('words'), 'kept');
  t.is(card.outcome(), undefined);

  t.is(card.prepare().code, 0);
  t.true(readFileSync(card.disk).equals(after));
});

test('less than 8 MiB are not worth it', (t) => {
  const card = new Card(t, { diskMib: 71 });
  t.is(card.prepare().code, 0);
  t.deepEqual(card.table().at(-1), [32, 64]);
});

test('a file system that is smaller than its partition grows at the next start: the plug was pulled between the two', (t) => {
  const card = new Card(t);
  truncateSync(card.data, 128 * MIB);
  t.is(card.prepare().code, 0);
  t.regex(tool('dumpe2fs', ['-h', card.data]), /^Block count: +32768$/m);
  t.true(card.isWhole());
});

test("another disk's fourth partition is none of our business", (t) => {
  const card = new Card(t, { diskMib: 200, id: '12345678' });
  const before = readFileSync(card.disk);
  t.is(card.prepare().code, 1);
  t.true(readFileSync(card.disk).equals(before));
  t.is(card.outcome(), 'It is missing; nothing is kept when the plug is pulled.\n');
});

test('a root that lies on no partition has no data partition beside it', (t) => {
  const card = new Card(t);
  t.is(card.run(`prepare_data ${card.root.path('dev/card')} /nowhere`).code, 1);
  t.regex(card.outcome() ?? '', /^It is missing/);
});

test('a journal that has to be replayed is the usual end, and no repair', (t) => {
  const card = new Card(t);
  card.keep('words', 'kept');
  tool('debugfs', ['-w', '-R', 'feature needs_recovery', card.data]);
  t.is(card.prepare().code, 0);
  t.is(card.outcome(), undefined);
  t.is(card.file('words'), 'kept');
  t.true(card.isWhole());
});

test('small damage is repaired, and told', (t) => {
  const card = new Card(t);
  card.keep('words', 'kept');
  tool('debugfs', ['-w', '-R', 'set_super_value free_blocks_count 1', card.data]);
  tool('debugfs', ['-w', '-R', 'set_super_value state 0', card.data]);
  t.is(card.prepare().code, 0);
  t.is(card.outcome(), 'It was repaired.\n');
  t.is(card.file('words'), 'kept');
});

test('large damage is repaired, and told', (t) => {
  const card = new Card(t);
  card.keep('words', 'kept');
  // The folder that holds all others.
  tool('debugfs', ['-w', '-R', 'clri <2>', card.data]);
  tool('debugfs', ['-w', '-R', 'set_super_value state 0', card.data]);
  t.is(card.prepare().code, 0, card.root.read('kmsg') ?? '');
  t.is(card.outcome(), 'It was repaired.\n');
  t.true(card.isWhole());
});

for (const [what, fill] of [
  ['zeros', 0],
  ['ones', 0xff],
] as const) {
  test(`a partition full of ${what} is made anew, and told`, (t) => {
    const card = new Card(t);
    const fd = openSync(card.data, 'r+');
    writeSync(fd, Buffer.alloc(16 * MIB, fill));
    closeSync(fd);
    t.is(card.prepare().code, 0, card.root.read('kmsg') ?? '');
    t.is(card.outcome(), 'It could not be repaired; it was made anew, and settings are those of boardfeed.toml.\n');
    t.true(card.isWhole());
    t.is(card.prepare().code, 0);
  });
}

test('a partition that cannot be read is not made anew: it may be there again at the next start', (t) => {
  const card = new Card(t);
  card.root.program('dd', 'exit 1');
  writeFileSync(card.data, Buffer.alloc(16 * MIB, 7));
  t.is(card.prepare().code, 1);
  t.is(card.outcome(), 'It cannot be read; nothing is kept when the plug is pulled.\n');
  t.true(readFileSync(card.data).equals(Buffer.alloc(16 * MIB, 7)));
});

test('a partition that cannot be made anew either is told', (t) => {
  const card = new Card(t);
  card.root.program('mke2fs', 'exit 1');
  writeFileSync(card.data, Buffer.alloc(16 * MIB));
  t.is(card.prepare().code, 1);
  t.regex(card.outcome() ?? '', /^It could not be repaired or made anew/);
});

const ids: [what: string, kept: string | undefined, stays: boolean][] = [
  ['none', undefined, false],
  ['one', '0123456789abcdef0123456789abcdef\n', true],
  ['an empty one', '', false],
  ['half of one', '0123456789abcdef', false],
  ['one of zeros', `${'0'.repeat(32)}\n`, false],
  ['noise', 'xyz'.repeat(20), false],
];

for (const [what, kept, stays] of ids) {
  test(`the id of a box that has ${what}`, (t) => {
    const root = new FakeRoot(t);
    root.write('uuid', '6ba7b810-9dad-41d1-80b4-00c04fd430c8\n');
    root.write('box/other', '');
    if (kept !== undefined) root.write('box/machine-id', kept);
    const script = `. ${imageFile('etc/initramfs-tools/scripts/boardfeed/machine-id')}; machine_id ${root.path('box')}`;
    const { code, stdout } = root.run(['-c', script], { UUID: root.path('uuid') });
    const id = stays ? (kept ?? '') : '6ba7b8109dad41d180b400c04fd430c8\n';
    t.is(code, 0);
    t.is(stdout, id);
    t.is(root.read('box/machine-id'), id);
  });
}
