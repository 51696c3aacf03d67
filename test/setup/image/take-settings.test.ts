import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { FakeRoot, imageFile } from './shell.ts';

const SCRIPT = imageFile('usr/lib/boardfeed-image/take-settings');
const TOML = 'boot/firmware/boardfeed.toml';
const REPORT = 'data/box/settings-report.txt';
const sum = (text: string) => createHash('sha256').update(text).digest('hex');

/** A box whose card has a settings file; what reads it is a stand-in that writes what is given. */
function boxWith(t: ExecutionContext, toml: string | undefined, written: Readonly<Record<string, string>> = {}) {
  const root = new FakeRoot(t);
  if (toml !== undefined) root.write(TOML, toml);
  else root.write('boot/firmware/other.txt', '');
  root.write('etc/hostname', 'boardfeed\n');
  root.write('etc/hosts', '127.0.0.1 localhost\n127.0.1.1 boardfeed\n::1 localhost\n');
  root.write('etc/boardfeed/boardfeed.toml', 'a = 1\n');
  root.write('proc/sys/kernel/hostname', 'boardfeed');
  root.program('mountpoint');
  root.program('mount');
  root.program('systemctl');
  root.program('networkctl');
  const set = (files: Readonly<Record<string, string>>, more: string[] = []) =>
    root.program(
      'boardfeed',
      ...Object.entries({ 'data/box/settings-report.txt': '', ...files }).map(
        ([name, text]) => `mkdir -p $(dirname $ROOT/${name}); printf '%s' '${text}' > $ROOT/${name}`,
      ),
      `sha256sum < $ROOT/${TOML} | cut -d ' ' -f 1 > $ROOT/data/box/settings.sha256`,
      ...more,
    );
  set(written);
  return { root, set, take: () => root.run([SCRIPT]) };
}

const IMPORT =
  'boardfeed import-settings --from /boot/firmware/boardfeed.toml --into /data/box --config /etc/boardfeed/boardfeed.toml';

test('the first start takes the file over, in a moment in which the partition can be written to, and lays everything out', (t) => {
  const { root, take } = boxWith(t, 'name = "hall"', {
    'data/box/hostname': 'hall\n',
    'data/box/network/20-boardfeed.network': '[Match]\n',
    'data/box/wpa_supplicant.conf': 'country=NL\n',
    'data/box/authorized_keys': 'ssh-ed25519 A\n',
    'etc/boardfeed/boardfeed.toml': 'a = 2\n',
  });
  t.is(take().code, 0);
  t.deepEqual(root.diary(), [
    'mountpoint -q /boot/firmware',
    'mount -o remount,rw /boot/firmware',
    IMPORT,
    'mount -o remount,ro /boot/firmware',
    'systemctl --no-block restart wpa_supplicant@wlan0.service',
  ]);
  t.is(root.read('etc/hostname'), 'hall\n');
  t.is(root.read('proc/sys/kernel/hostname'), 'hall');
  t.is(root.read('etc/hosts'), '127.0.0.1 localhost\n127.0.1.1 hall\n::1 localhost\n');
  t.is(root.read('run/systemd/network/20-boardfeed.network'), '[Match]\n');
  t.is(root.read('etc/wpa_supplicant/wpa_supplicant-wlan0.conf'), 'country=NL\n');
  t.is(root.mode('etc/wpa_supplicant/wpa_supplicant-wlan0.conf'), '600');
});

test('a start with a file that is known already leaves the partition alone', (t) => {
  const { root, take } = boxWith(t, 'name = "hall"');
  root.write('data/box/settings.sha256', `${sum('name = "hall"')}\n`);
  root.write('data/box/hostname', 'hall\n');
  t.is(take().code, 0);
  t.deepEqual(root.diary(), []);
  t.is(root.read('proc/sys/kernel/hostname'), 'hall');
});

test('a file that changes while the box runs starts anew what it concerns, and nothing else', (t) => {
  const { root, set, take } = boxWith(t, 'one', { 'data/box/hostname': 'hall\n' });
  take();
  root.diary();

  root.write(TOML, 'two');
  set({ 'data/box/hostname': 'hall\n' });
  take();
  t.deepEqual(
    root.diary().filter((line) => /ctl/.test(line)),
    ['systemctl --no-block stop ssh.service'],
  );

  root.write(TOML, 'three');
  set({
    'data/box/hostname': 'church\n',
    'data/box/network/20-wifi.network': 'x\n',
    'data/box/wpa_supplicant.conf': 'y\n',
    'data/box/authorized_keys': 'z\n',
    'etc/boardfeed/boardfeed.toml': 'a = 3\n',
  });
  take();
  t.deepEqual(
    root.diary().filter((line) => /ctl/.test(line)),
    [
      'systemctl --no-block try-restart avahi-daemon.service',
      'systemctl --no-block start boardfeed-name.service',
      'networkctl reload',
      'systemctl --no-block restart wpa_supplicant@wlan0.service',
      'systemctl --no-block start ssh.service',
      'systemctl reset-failed boardfeed.service',
      'systemctl --no-block restart boardfeed.service',
    ],
  );
});

test('Wi-Fi and a fixed address that are no longer in the file end', (t) => {
  const { root, set, take } = boxWith(t, 'one', {
    'data/box/network/20-wifi.network': 'x\n',
    'data/box/wpa_supplicant.conf': 'y\n',
  });
  take();
  root.diary();
  root.write(TOML, 'two');
  set({}, ['rm $ROOT/data/box/network/20-wifi.network $ROOT/data/box/wpa_supplicant.conf']);
  take();
  const lines = root.diary();
  t.true(lines.includes('networkctl reload'));
  t.true(lines.includes('systemctl --no-block stop wpa_supplicant@wlan0.service'));
  t.is(root.read('run/systemd/network/20-wifi.network'), undefined);
  t.is(root.read('etc/wpa_supplicant/wpa_supplicant-wlan0.conf'), undefined);
});

test('a name that avahi had to change is not changed back by a file that says the same', (t) => {
  const { root, take } = boxWith(t, 'one', { 'data/box/hostname': 'hall\n' });
  take();
  root.write('proc/sys/kernel/hostname', 'hall-beef');
  root.write(TOML, 'two');
  take();
  t.is(root.read('proc/sys/kernel/hostname'), 'hall-beef');
});

const names: [hostname: string | undefined, name: string][] = [
  [undefined, 'boardfeed'],
  ['', 'boardfeed'],
  ['hall', 'hall'],
  ['Hall-2\n', 'Hall-2'],
  ['-hall', 'boardfeed'],
  ['hall-', 'boardfeed'],
  ['a b', 'boardfeed'],
  ['a.b', 'boardfeed'],
  ['a'.repeat(63), 'a'.repeat(63)],
  ['a'.repeat(64), 'boardfeed'],
];

for (const [hostname, name] of names) {
  test(`a box called ${JSON.stringify(hostname)} is ${name}`, (t) => {
    const { root, take } = boxWith(t, 'one', hostname === undefined ? {} : { 'data/box/hostname': hostname });
    take();
    t.is(root.read('proc/sys/kernel/hostname'), name);
    t.is(root.read('etc/hostname'), `${name}\n`);
  });
}

test('without the file the box keeps what it has, says so, and takes the file when it is back', (t) => {
  const { root, set, take } = boxWith(t, undefined);
  root.write('data/box/hostname', 'hall\n');
  root.write('data/box/settings.sha256', `${sum('back')}\n`);
  t.is(take().code, 0);
  t.regex(
    root.read(REPORT) ?? '',
    /^boardfeed\.toml is not on the first partition of the card, or cannot be read there; .*has\.\n$/,
  );
  t.is(root.read('proc/sys/kernel/hostname'), 'hall');
  t.deepEqual(root.diary(), ['mountpoint -q /boot/firmware']);

  root.write(TOML, 'back');
  set({ 'data/box/hostname': 'hall\n' });
  take();
  t.true(root.diary().includes(IMPORT));
  t.is(root.read(REPORT), '');
});

test('a card without its first partition is another thing', (t) => {
  const { root, take } = boxWith(t, undefined);
  root.program('mountpoint', 'exit 1');
  t.is(take().code, 0);
  t.regex(root.read(REPORT) ?? '', /^The first partition of the card cannot be read; /);
});

test('a partition that cannot be made writable keeps nobody from taking the settings over', (t) => {
  const { root, take } = boxWith(t, 'one', { 'data/box/hostname': 'hall\n' });
  root.program('mount', 'case $* in *rw*) exit 32 ;; esac');
  const { code, stderr } = take();
  t.is(code, 0);
  t.regex(stderr, /stays read-only/);
  t.is(root.read('etc/hostname'), 'hall\n');
});

test('what cannot be made read-only at once is tried again, and told when that is in vain', (t) => {
  const { root, take } = boxWith(t, 'one');
  root.program('mount', 'case $* in *ro*) exit 32 ;; esac');
  const { code, stderr } = take();
  t.is(code, 0);
  t.is(root.diary().filter((line) => line === 'mount -o remount,ro /boot/firmware').length, 5);
  t.regex(stderr, /cannot be made read-only again/);
});

test('a program that fails is a fault of ours, and the partition is read-only afterwards', (t) => {
  const { root, take } = boxWith(t, 'one');
  root.program('boardfeed', 'exit 1');
  t.is(take().code, 0);
  t.regex(root.read(REPORT) ?? '', /fault of Boardfeed or of the card/);
  t.is(root.diary().at(-1), 'mount -o remount,ro /boot/firmware');
  t.is(root.read('etc/hostname'), 'boardfeed\n');
});

test('whoever ends it in the middle leaves a partition that is read-only', (t) => {
  const { root } = boxWith(t, 'one');
  root.program('boardfeed', 'kill -TERM $PPID; sleep 1');
  // `timeout` stands between: here without it, so that the signal reaches the script.
  root.program('timeout', 'shift 3', 'exec "$@"');
  root.run([SCRIPT]);
  t.is(root.diary().at(-1), 'mount -o remount,ro /boot/firmware');
  rmSync(root.path('run'), { recursive: true, force: true });
});
