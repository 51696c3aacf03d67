import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { MKE2FS_OPTIONS } from '../../../setup/image/file-systems.mjs';
import { DISK_ID, genimageConfig, partitionsFor, wholeMib } from '../../../setup/image/layout.mjs';
import { projectDir } from '../../../setup/machine.mjs';

const MIB = 2 ** 20;
const read = (file: string) => readFileSync(path.join(projectDir, 'image', file), 'utf8');

const sizes: [rootBytes: number, slotMib: number, wholeMib: number][] = [
  [1, 512, 1348],
  [512 * MIB, 512, 1348],
  [512 * MIB + 1, 576, 1476],
  [830 * MIB, 832, 1988],
];

for (const [bytes, slotMib, whole] of sizes) {
  test(`a system of ${bytes} bytes has two slots of ${slotMib} MiB, one after the other`, (t) => {
    const partitions = partitionsFor(bytes);
    t.deepEqual(
      partitions.map(({ name, type, sizeMib }) => [name, type, sizeMib]),
      [
        ['boot', 0x0c, 256],
        ['root-a', 0x83, slotMib],
        ['root-b', 0x83, slotMib],
        ['data', 0x83, 64],
      ],
    );
    t.is(partitions[0]?.startMib, 4);
    for (const [index, { startMib }] of partitions.entries()) {
      const before = partitions[index - 1];
      if (before) t.is(startMib, before.startMib + before.sizeMib);
    }
    t.is(wholeMib(partitions), whole);
  });
}

test('a system that makes the image larger than the smallest card is refused in words', (t) => {
  t.throws(() => partitionsFor(900 * MIB), { message: /900 MiB.*2048 is the limit/ });
});

test('genimage is told where each partition begins, and the fixed id of the disk', (t) => {
  const text = genimageConfig('a.img', partitionsFor(1));
  t.regex(text, /^image a\.img \{\n\thdimage \{/);
  t.regex(text, /disk-signature = 0xbf0a4d1e/);
  t.regex(
    text,
    /partition boot \{\n\t\tpartition-type = 0x0c\n\t\toffset = 4M\n\t\tsize = 256M\n\t\timage = "boot\.vfat"\n/,
  );
  t.regex(text, /partition root-b \{\n\t\tpartition-type = 0x83\n\t\toffset = 772M\n\t\tsize = 512M\n\t\}/);
});

test('whoever looks for a partition by its id knows the same disk', (t) => {
  t.true(read('boot/cmdline.txt').includes(`root=PARTUUID=${DISK_ID}-02 `));
  t.true(read('root/etc/fstab').includes(`\nPARTUUID=${DISK_ID}-01 /boot/firmware vfat ro,`));
  t.true(read('root/etc/initramfs-tools/scripts/boardfeed/data-partition').includes(`\nDISK_ID=${DISK_ID}\n`));
});

test('a data partition that the box makes anew is as the one that it came with', (t) => {
  t.true(
    read('root/etc/initramfs-tools/scripts/boardfeed/data-partition').includes(
      `\nMKE2FS_OPTIONS='${MKE2FS_OPTIONS}'\n`,
    ),
  );
});
