import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { bootFaults, debianBootFiles, filesReferredTo } from '../../../setup/image/boot-files.mjs';
import { projectDir } from '../../../setup/machine.mjs';

const read = (name: string) => readFileSync(path.join(projectDir, 'image', 'boot', name), 'utf8');

const references: [text: string, files: string[]][] = [
  ['', []],
  ['# kernel=comment\narm_64bit=1\nenable_uart=1\n', []],
  ['kernel=vmlinuz\n', ['vmlinuz']],
  [' kernel = vmlinuz \r\n', ['vmlinuz']],
  ['initramfs initrd.img followkernel\n', ['initrd.img']],
  ['dtoverlay=hifiberry-dac,param=1\ndtoverlay=\n', ['overlays/hifiberry-dac.dtbo']],
  ['[pi4]\ndevice_tree=bcm2711-rpi-4-b.dtb\n[all]\ninclude more.txt\n', ['bcm2711-rpi-4-b.dtb', 'more.txt']],
];

for (const [text, files] of references) {
  test(`config.txt refers to ${files.join(', ') || 'nothing'}: ${JSON.stringify(text)}`, (t) => {
    t.deepEqual(filesReferredTo(text), files);
  });
}

/** A root as far as the first partition comes from it. */
function fakeRoot(files: readonly string[]) {
  const root = mkdtempSync(path.join(tmpdir(), 'boardfeed-boot-'));
  for (const file of files) {
    mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(root, file), '');
  }
  return root;
}

const RELEASE = '6.12.48+deb13-arm64';
const FROM_DEBIAN = [
  ...['bootcode.bin', 'start.elf', 'start4.elf', 'start_cd.elf', 'fixup.dat', 'fixup4.dat', 'LICENCE'].map(
    (name) => `usr/lib/raspi-firmware/${name}`,
  ),
  ...['bcm2837-rpi-3-b.dtb', 'bcm2837-rpi-zero-2-w.dtb', 'bcm2711-rpi-4-b.dtb', 'bcm2712-rpi-5-b.dtb'].map(
    (name) => `usr/lib/linux-image-${RELEASE}/broadcom/${name}`,
  ),
  `boot/vmlinuz-${RELEASE}`,
];

test("the first partition has the board's firmware, the device trees of the boards that are meant, and the kernel", (t) => {
  const root = fakeRoot(FROM_DEBIAN);
  t.teardown(() => rmSync(root, { recursive: true }));
  const { release, files } = debianBootFiles(root);
  t.is(release, RELEASE);
  const names = files.map(({ name }) => name);
  t.true(names.includes('bcm2837-rpi-zero-2-w.dtb') && names.includes('bcm2711-rpi-4-b.dtb'));
  t.false(names.includes('bcm2712-rpi-5-b.dtb') || names.includes('LICENCE'));
  // With what the build adds, our own config.txt finds everything.
  const all = [...names, 'initrd.img', 'config.txt', 'cmdline.txt', 'README.txt', 'boardfeed.toml'];
  t.deepEqual(bootFaults(all, read('config.txt'), read('cmdline.txt')), []);
});

test('a Debian that has moved its files is told, and so is one with two kernels', (t) => {
  const moved = fakeRoot(FROM_DEBIAN.filter((file) => !file.includes('broadcom')));
  const two = fakeRoot([...FROM_DEBIAN, 'boot/vmlinuz-7.0']);
  t.teardown(() => [moved, two].map((root) => rmSync(root, { recursive: true })));
  t.throws(() => debianBootFiles(moved), { message: /linux-image|broadcom/ });
  t.throws(() => debianBootFiles(two), { message: /one kernel in \/boot, and found 2/ });
});

const GOOD = ['bootcode.bin', 'start.elf', 'fixup.dat', 'start4.elf', 'fixup4.dat', 'cmdline.txt', 'config.txt'];
const faults: [what: string, names: string[], config: string, commandLine: string, expected: RegExp[]][] = [
  ['nothing', GOOD, '', 'root=a\n', []],
  ['no kernel', GOOD, 'kernel=vmlinuz\n', '', [/config\.txt refers to vmlinuz, which is not there/]],
  ['no firmware for a Pi 4', GOOD.filter((name) => name !== 'start4.elf'), '', '', [/start4\.elf is missing/]],
  ['names that Windows cannot have', [...GOOD, 'a:b', 'con.txt', 'dot.'], '', '', [/a:b/, /con\.txt/, /dot\./]],
  ['names that are the same there', [...GOOD, 'CONFIG.TXT'], '', '', [/config\.txt is there twice/]],
  ['a command line of two lines', GOOD, '', 'root=a\nquiet\n', [/more than one line/]],
];

for (const [what, names, config, commandLine, expected] of faults) {
  test(`what is wrong with a first partition: ${what}`, (t) => {
    const found = bootFaults(names, config, commandLine);
    t.is(found.length, expected.length, found.join('\n'));
    for (const [index, pattern] of expected.entries()) t.regex(found[index] ?? '', pattern);
  });
}
