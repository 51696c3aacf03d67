import test from 'ava';
import { parseInterpreter, qemuMajor, registration } from '../../../setup/image/emulation.mjs';

const ARM64 = '7f454c460201010000000000000000000200b700';

const entry = (state: string, flags: string, magic: string) =>
  `${state}\ninterpreter /usr/bin/qemu-aarch64\nflags: ${flags}\noffset 0\nmagic ${magic}\nmask ffffffffffffff00fffffffffffffffffeffffff\n`;

const entries: [what: string, text: string, isForArm64: boolean][] = [
  ["Debian's own", entry('enabled', 'POCF', ARM64), true],
  ['one that is switched off', entry('disabled', 'POCF', ARM64), false],
  ['one that would have to lie in the root, too', entry('enabled', 'PO', ARM64), false],
  ['one for another processor', entry('enabled', 'POCF', '7f454c4602010100000000000000000002003e00'), false],
  ['one that goes by the ending', 'enabled\ninterpreter /usr/bin/jexec\nflags: \nextension .jar\n', false],
];

for (const [what, text, isForArm64] of entries) {
  test(`an interpreter of the kernel: ${what}`, (t) => t.is(parseInterpreter(text).isForArm64, isForArm64));
}

test('where an interpreter is', (t) => {
  t.is(parseInterpreter(entry('enabled', 'F', ARM64)).interpreter, '/usr/bin/qemu-aarch64');
});

for (const [printed, major] of [
  ['qemu-aarch64 version 10.0.2 (Debian 1:10.0.2+ds-2)\nCopyright', 10],
  ['qemu-aarch64 version 7.2.17 (Debian 1:7.2+dfsg-7+deb12u15)', 7],
  ['sh: qemu-aarch64: not found', 0],
] as const) {
  test(`the version of QEMU is ${major}: ${printed}`, (t) => t.is(qemuMajor(printed), major));
}

test('what the kernel is told fits into what it reads, and is for the same programs', (t) => {
  const text = registration('/root/.cache/boardfeed/qemu-aarch64');
  const [, name = '', kind, offset, magic = '', mask = '', interpreter, flags] = text.split(':');
  t.deepEqual([name, kind, offset, flags], ['boardfeed-arm64', 'M', '', 'PCF']);
  t.is(magic.replaceAll('\\x', ''), ARM64);
  t.is(mask.length, magic.length);
  t.is(interpreter, '/root/.cache/boardfeed/qemu-aarch64');
  t.true(text.length < 1920);
});
