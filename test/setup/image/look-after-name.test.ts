import test, { type ExecutionContext } from 'ava';
import { FakeRoot, imageFile } from './shell.ts';

const SCRIPT = imageFile('usr/lib/boardfeed-image/look-after-name');

function box(
  t: ExecutionContext,
  avahi: { state?: number; name: string },
  files: Readonly<Record<string, string>> = {},
) {
  const root = new FakeRoot(t);
  root.write('etc/hostname', 'hall\n');
  root.write('proc/sys/kernel/hostname', 'hall\n');
  root.write('sys/class/net/eth0/address', 'dc:a6:32:01:ab:cd\n');
  for (const [name, text] of Object.entries(files)) root.write(name, text);
  root.program('sleep');
  root.program(
    'busctl',
    `case $* in *GetState) echo 'i ${avahi.state ?? 2}' ;; *GetHostName) echo 's "${avahi.name}"' ;; esac`,
  );
  root.program('avahi-set-host-name');
  const ended = root.run([SCRIPT], { WAIT_S: '3' });
  const set = root.diary().filter((line) => line.startsWith('avahi-set-host-name'));
  return { root, ended, set, name: root.read('proc/sys/kernel/hostname')?.trim() };
}

const cases: [what: string, called: string, set: string | undefined, name: string][] = [
  ['its own name', 'hall', undefined, 'hall'],
  ["Avahi's idea of another one", 'hall-2', 'hall-abcd', 'hall-abcd'],
  ["Avahi's tenth idea", 'hall-10', 'hall-abcd', 'hall-abcd'],
  ['the one that it was given', 'hall-abcd', undefined, 'hall-abcd'],
  ['a name from elsewhere', 'kitchen', undefined, 'hall'],
];

for (const [what, called, set, name] of cases) {
  test(`a box that Avahi calls by ${what} is ${name}`, (t) => {
    const outcome = box(t, { name: called });
    t.is(outcome.ended.code, 0, outcome.ended.stderr);
    t.deepEqual(outcome.set, set === undefined ? [] : [`avahi-set-host-name ${set}`]);
    t.is(outcome.name, name);
  });
}

test('a box whose name is free again says so on its pages', (t) => {
  t.is(box(t, { name: 'hall' }, { 'proc/sys/kernel/hostname': 'hall-abcd\n' }).name, 'hall');
});

test('an Avahi that never comes to a decision is not waited for without end', (t) => {
  const outcome = box(t, { name: 'hall-2', state: 1 });
  t.is(outcome.ended.code, 0);
  t.deepEqual(outcome.set, []);
});

const digits: [what: string, files: Readonly<Record<string, string>>, suffix: string][] = [
  [
    'no network card',
    { 'sys/class/net/eth0/address': '', 'sys/firmware/devicetree/base/serial-number': '100000003d1d1c36\0' },
    '1c36',
  ],
  [
    'one whose address is empty',
    { 'sys/class/net/eth0/address': '00:00:00:00:00:00\n', 'etc/machine-id': '0123456789abcdef0123456789ab1234\n' },
    '1234',
  ],
  ['nothing at all', { 'sys/class/net/eth0/address': '' }, '0000'],
];

for (const [what, files, suffix] of digits) {
  test(`with ${what} its digits are ${suffix}`, (t) => {
    t.deepEqual(box(t, { name: 'hall-2' }, files).set, [`avahi-set-host-name hall-${suffix}`]);
  });
}
