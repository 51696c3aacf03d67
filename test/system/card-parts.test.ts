import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { parse } from 'smol-toml';
import { PATTERNS, type PatternName } from '../../src/device/panel/patterns.ts';
import { firstLine, journalIn, startsIn } from '../support/card/console-lines.ts';
import { majorVersion } from '../support/card/emulator.ts';
import { findImage } from '../support/card/image-file.ts';
import { type LampLook, lookAt, looksIn, patternsSeen, runsIn } from '../support/card/lamp-seen.ts';
import { readMbr } from '../support/card/partitions.ts';
import { asWindowsSaves, settingsToml } from '../support/card/settings-file.ts';
import { quoted } from '../support/card/ssh.ts';
import { kernelArguments, piArguments } from '../support/card/virtual-pi.ts';

/* The parts of `npm run test:image`, as far as they can be tried without a machine. */

/** A sector with such partitions: type, first sector, sectors. */
function sectorOf(partitions: readonly (readonly [type: number, start: number, sectors: number])[]): Buffer {
  const sector = Buffer.alloc(512);
  for (const [index, [type, start, sectors]] of partitions.entries()) {
    sector.writeUInt8(type, 446 + 16 * index + 4);
    sector.writeUInt32LE(start, 446 + 16 * index + 8);
    sector.writeUInt32LE(sectors, 446 + 16 * index + 12);
  }
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

test("a card's partitions, also those beyond 2 GiB", (t) => {
  const sector = sectorOf([
    [0x0c, 8192, 524_288],
    [0x83, 532_480, 0xf000_0000],
  ]);
  t.deepEqual(readMbr(sector), [
    { type: 0x0c, startBytes: 4 * 2 ** 20, bytes: 256 * 2 ** 20 },
    { type: 0x83, startBytes: 260 * 2 ** 20, bytes: 0xf000_0000 * 512 },
  ]);
  t.deepEqual(readMbr(sectorOf([])), []);
});

test('what is no card is told so', (t) => {
  t.throws(() => readMbr(Buffer.alloc(512)), { message: /no partition table/ });
  t.throws(() => readMbr(Buffer.alloc(100)), { message: /no partition table/ });
});

const PRINTED = [
  'firmware says something',
  '[    0.000000] Booting Linux on physical CPU 0x0000000000 [0x410fd034]',
  '[    1.250000] usb 1-1: new device',
  '[   10.500000] boardfeed[300]: INFO: on air; open http://boardfeed.local/',
  '[    0.000000] Booting Linux on physical CPU 0x0000000000 [0x410fd034]',
  '[    9.750000] systemd[1]: Starting boardfeed-settings.service - Settings...',
  '[   11.500000] boardfeed[310]: WARN: source: absent: no card; trying again',
  '[   12.250000] boardfeed[310]: INFO: on air; open http://boardfeed.local/',
];

test('what was printed belongs to one start of the machine or the next', (t) => {
  const starts = startsIn(PRINTED.join('\r\n'));
  t.deepEqual(
    starts.map(({ length }) => length),
    [3, 4],
  );
  t.deepEqual(journalIn(starts[0] ?? []), [
    { atS: 10.5, from: 'boardfeed', message: 'INFO: on air; open http://boardfeed.local/' },
  ]);
  t.deepEqual(startsIn('nothing yet'), []);
});

test('a line that is waited for is one of the last start', (t) => {
  const text = PRINTED.join('\n');
  t.is(firstLine(text, 'boardfeed', /on air/)?.atS, 12.25);
  t.is(firstLine(text, 'systemd', /Starting boardfeed-settings/)?.atS, 9.75);
  t.is(firstLine(text, 'boardfeed', /never said/), undefined);
  t.is(firstLine(PRINTED.slice(0, 5).join('\n'), 'boardfeed', /on air/), undefined);
});

const versions: [what: string, printed: string, major: number][] = [
  ['of bookworm', 'QEMU emulator version 7.2.17 (Debian 1:7.2+dfsg-7)\nCopyright\n', 7],
  ['of trixie', 'QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2)\n', 10],
  ['of nothing', '', 0],
];

for (const [what, printed, major] of versions) {
  test(`the version of the emulator: ${what}`, (t) => t.is(majorVersion(printed), major));
}

test('a card is tested as it is, but for its consoles', (t) => {
  const ofCard = 'console=tty0 console=ttyS1,115200 root=PARTUUID=bf0a4d1e-02 ro quiet panic=10 boardfeed';
  t.is(
    kernelArguments(ofCard, 'virt'),
    'console=ttyAMA0 root=PARTUUID=bf0a4d1e-02 ro panic=10 boardfeed systemd.journald.forward_to_console=1 systemd.show_status=no',
  );
  const words = kernelArguments(ofCard, 'raspi3b').split(' ');
  t.is(
    words.findLast((word) => word.startsWith('console=')),
    'console=ttyS1,115200',
  );
  t.true(words.includes('module_blacklist=bcm2835_wdt') && words.includes('root=PARTUUID=bf0a4d1e-02'));
});

test('the card is put into either machine; a plug that is pulled takes back nothing', (t) => {
  const files = { kernel: 'k', initrd: 'i', arguments: 'ro', disk: 'd', dtb: 'b' };
  const options = { emulator: { command: ['qemu'] }, forwards: new Map([[80, 8080]]) } as const;
  for (const board of ['virt', 'raspi3b'] as const) {
    const line = piArguments({ ...options, board }, files).join(' ');
    t.regex(line, new RegExp(`-M ${board}\\b`));
    t.regex(line, /-accel tcg/);
    t.regex(line, /file=d,format=raw,cache=writethrough/);
    t.regex(line, /user,id=net,restrict=on,hostfwd=tcp:127\.0\.0\.1:8080-:80 /);
    t.notRegex(line, /kvm|sound/i);
  }
  t.regex(piArguments({ ...options, board: 'virt' }, files).join(' '), /-device i6300esb -action watchdog=reset/);
});

test('settings as people write them', (t) => {
  const sections = { station: { name: 'The "Old" Mill' }, led: { pin: 5, active_low: false } };
  const text = settingsToml(sections);
  t.deepEqual(parse(text), sections);
  const saved = asWindowsSaves(text);
  t.true(saved.startsWith('\ufeff[station]\r\n'));
  t.notRegex(saved, /[^\r]\n/);
});

test('a script is one word for a shell', (t) => {
  const script = `echo "it's" '$HOME' \\ \`x\`; echo 2`;
  t.is(execFileSync('sh', ['-c', `printf %s ${quoted(script)}`], { encoding: 'utf8' }), script);
});

/** Looks at a lamp that shows a pattern, each so late as `lateMs` says. */
function looksAt(name: PatternName, fromMs: number, lateMs: (at: number) => number): LampLook[] {
  const times = PATTERNS[name];
  const period = times.reduce((sum, ms) => sum + ms, 0);
  return Array.from({ length: 160 }, (_, index) => {
    const atMs = fromMs + index * 60 + lateMs(index);
    let leftMs = atMs % period;
    const part = times.findIndex((ms) => {
      if (leftMs < ms) return true;
      leftMs -= ms;
      return false;
    });
    return { atMs, lit: part % 2 === 0 };
  });
}

for (const name of ['live', 'silent', 'lost', 'no-device', 'fault', 'starting', 'updating'] as const) {
  test(`a lamp is read by its rhythm, wherever one begins to look: ${name}`, (t) => {
    for (const fromMs of [0, 700, 1950, 2900]) {
      t.deepEqual(patternsSeen(looksAt(name, fromMs, () => 0)), [name], `from ${fromMs}`);
      t.deepEqual(patternsSeen(looksAt(name, fromMs, (index) => (index * 17) % 30)), [name], `late, from ${fromMs}`);
    }
  });
}

test('a lamp that stands still, or was looked at too shortly, shows no pattern', (t) => {
  t.deepEqual(patternsSeen(looksAt('live', 0, () => 0).map((look) => ({ ...look, lit: true }))), []);
  t.deepEqual(patternsSeen(looksAt('live', 0, () => 0).slice(0, 40)), []);
  t.deepEqual(patternsSeen([]), []);
});

test('what a shell prints of a lamp', (t) => {
  const looks = looksIn('12.50 1\n12.57 0\nrubbish\n12.70 1\n12.90 1\n13.00 0\n');
  t.deepEqual(
    runsIn(looks).map(({ lit, ms }) => [lit, Math.round(ms)]),
    [
      [false, 130],
      [true, 300],
    ],
  );
  const folder = mkdtempSync(join(tmpdir(), 'boardfeed-lamp-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'value'), '1\n');
  const printed = execFileSync('sh', ['-c', lookAt(join(folder, 'value'), 2)], { encoding: 'utf8' });
  t.true(looksIn(printed).length > 5);
});

test('an image that is named is tested; one that is not there is told so', (t) => {
  t.is(findImage({ BOARDFEED_IMAGE: '/tmp/trial.img' }), '/tmp/trial.img');
});
