import { statSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { FakeRoot, imageFile } from './shell.ts';

const SCRIPT = imageFile('usr/lib/boardfeed-image/write-status');
const STATUS = 'boot/firmware/boardfeed-status.txt';

function box(t: ExecutionContext, files: Readonly<Record<string, string>>) {
  const root = new FakeRoot(t);
  root.write('boot/firmware/other.txt', '');
  for (const [name, text] of Object.entries(files)) root.write(name, text);
  root.program('mountpoint');
  root.program('mount');
  const write = (env: NodeJS.ProcessEnv = {}) => root.run([SCRIPT], { PAUSE_S: '0', ...env });
  return { root, write, words: () => (root.read(STATUS) ?? '').replace(/ *\r\n$/, '') };
}

const RUNNING = { 'run/boardfeed/status.txt': 'Boardfeed 1\nlive\n', 'data/box/settings-report.txt': '' };

const cases: [what: string, files: Readonly<Record<string, string>>, words: string][] = [
  ['all is well', RUNNING, 'Boardfeed 1\r\nlive\r\n\r\nboardfeed.toml: everything in it was understood.\r\n'],
  [
    'mistakes in the settings',
    { ...RUNNING, 'data/box/settings-report.txt': 'line 1: no\nline 2: no\n' },
    'Boardfeed 1\r\nlive\r\n\r\nWhat is wrong in boardfeed.toml:\r\nline 1: no\r\nline 2: no\r\n\r\n',
  ],
  [
    'the service has failed',
    { ...RUNNING, 'run/boardfeed/rescue.txt': 'off air\n' },
    'off air\r\n\r\nboardfeed.toml: everything in it was understood.\r\n',
  ],
  ['nothing is there yet', {}, 'Boardfeed has not come up yet.\r\n\r\nboardfeed.toml: it has not been read yet.\r\n'],
  [
    'the data partition was made anew',
    { ...RUNNING, 'run/boardfeed-image/data-partition.txt': 'It was repaired.\n' },
    'Boardfeed 1\r\nlive\r\n\r\nboardfeed.toml: everything in it was understood.\r\n\r\nData partition: It was repaired.\r\n\r\n',
  ],
];

for (const [what, files, words] of cases) {
  test(`what is written when ${what}`, (t) => {
    const box_ = box(t, files);
    t.is(box_.write().code, 0);
    t.is(box_.words(), words);
    t.is(statSync(box_.root.path(STATUS)).size, 4096, 'whole blocks');
    t.deepEqual(box_.root.diary(), [
      'mountpoint -q /boot/firmware',
      'mount -o remount,rw /boot/firmware',
      'mount -o remount,ro /boot/firmware',
    ]);
  });
}

test('what lies there already is not written again, and a change is written into the same file', (t) => {
  const { root, write, words } = box(t, RUNNING);
  write();
  root.diary();
  const { ino } = statSync(root.path(STATUS));
  write();
  t.deepEqual(root.diary(), []);
  root.write('run/boardfeed/status.txt', 'Boardfeed 1\nlost\n');
  write();
  t.true(words().startsWith('Boardfeed 1\r\nlost\r\n'));
  t.is(statSync(root.path(STATUS)).ino, ino);
});

test('a text that needs another block gets it, and one without end has one', (t) => {
  const { root, write } = box(t, { ...RUNNING, 'data/box/settings-report.txt': 'a line\n'.repeat(700) });
  write();
  t.is(statSync(root.path(STATUS)).size, 8192);
  root.write('data/box/settings-report.txt', 'x'.repeat(1e6));
  write();
  t.is(statSync(root.path(STATUS)).size, 16384);
  t.true(root.read(STATUS)?.endsWith('\r\n'));
});

test('news that come while it waits are written, too; it goes on for as long as there are any, and no longer than it may', (t) => {
  const { root, write, words } = box(t, RUNNING);
  root.program(
    'sleep',
    `n=$(wc -l < $ROOT/naps 2>/dev/null || echo 0); echo >> $ROOT/naps`,
    `[ "$n" -ge 2 ] || echo "state $n" > $ROOT/run/boardfeed/status.txt`,
  );
  write();
  t.is(root.diary().filter((line) => line.includes('rw')).length, 3);
  t.true(words().startsWith('state 1'));
  root.program('sleep', 'date +%N > $ROOT/run/boardfeed/status.txt');
  root.write('run/boardfeed/status.txt', 'other news\n');
  write({ ROUNDS: '4' });
  t.is(root.diary().filter((line) => line.includes('rw')).length, 4);
});

test('a card that cannot be written to is left in peace', (t) => {
  const { root, write } = box(t, RUNNING);
  root.program('mount', 'case $* in *rw*) exit 32 ;; esac');
  t.is(write({ ROUNDS: '2' }).code, 0);
  t.is(root.read(STATUS), undefined);
});
