import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { fileText } from '../../src/boot-partition/file-text.ts';
import { importSettings } from '../../src/boot-partition/import-settings.ts';
import { parseConfig } from '../../src/config/config.ts';
import { WriteProblem } from '../../src/config/replace-file.ts';
import { hashPassword, matches, parsePassword } from '../../src/http/passwords.ts';
import { KEYS } from './_ssh-keys.ts';

const CUT = fileURLToPath(new URL('_cut-import.ts', import.meta.url));
const NEW_BOX = '# a new box\n[input]\nsource = "alsa"\n\n[http]\nport = 80\n';

/** A machine: a card, a folder of what is its own, and a configuration. */
function machine(t: ExecutionContext, card?: string | Buffer, config: string | Buffer | null = NEW_BOX) {
  const folder = mkdtempSync(join(tmpdir(), 'boardfeed-import-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const place = (name: string) => join(folder, name);
  mkdirSync(place('etc'));
  const options = {
    from: place('boardfeed.toml'),
    into: place('box'),
    config: place('etc/boardfeed.toml'),
    defaults: place('default.toml'),
  };
  const write = (content: string | Buffer) => writeFileSync(options.from, content);
  writeFileSync(options.defaults, NEW_BOX);
  if (config !== null) writeFileSync(options.config, config);
  if (card !== undefined) write(card);
  const read = (name: string) => (existsSync(place(name)) ? readFileSync(place(name), 'utf8') : undefined);
  return {
    options,
    place,
    write,
    run: () => importSettings(options),
    read,
    box: (name: string) => read(`box/${name}`),
    card: () => readFileSync(options.from),
    config: () => read('etc/boardfeed.toml') ?? '',
    report: () => read('box/settings-report.txt'),
    isCurrent: () =>
      read('box/settings.sha256') === `${createHash('sha256').update(readFileSync(options.from)).digest('hex')}\n`,
  };
}

/** Everything below a folder, with when it was written. */
function state(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const { mtimeNs, ino, mode } = statSync(join(folder, name), { bigint: true });
      return `${name} ${ino} ${mtimeNs} ${mode}`;
    });
}

const FULL = `
[box]
name = "Hall"
[wifi]
country = "DE"
ssid = "IEEE"
passphrase = "password"
[network]
address = "192.168.1.20/24"
interface = "wifi"
[ssh]
key = '${KEYS[0]}'
[station]
name = "St. Martin"
[http]
admin_password = "for the desk"
[listeners]
password = "for the others"
[[push]]
url = "http://a.example/m"
password = "for the server"
`;

test('a whole file: each thing is where it belongs, nothing is said, and no password is left in the file', async (t) => {
  const m = machine(t, FULL);
  t.deepEqual(await m.run(), ['boardfeed.toml: everything in it was understood']);
  t.is(m.report(), '');
  t.is(m.box('hostname'), 'hall\n');
  t.regex(m.box('network/20-wifi.network') ?? '', /Address=192\.168\.1\.20\/24/);
  t.is(m.box('network/20-boardfeed.network'), undefined);
  t.regex(m.box('wpa_supplicant.conf') ?? '', /psk=f42c6fc52df0/);
  t.is(m.box('authorized_keys'), `${KEYS[0]}\n`);
  t.true(m.isCurrent());
  const { station, http, listeners, push, input } = parseConfig(m.config(), 'config');
  t.deepEqual([station.name, http.port, input.source], ['St. Martin', 80, 'alsa']);
  t.true(m.config().startsWith('# a new box\n'));
  t.true(await matches(parsePassword(http.admin_password), 'for the desk'));
  t.true(await matches(parsePassword(listeners.password), 'for the others'));
  t.is(parsePassword(http.admin_password).kind, 'scrypt');
  t.deepEqual(
    push.map(({ url, password }) => [url, password]),
    [['http://a.example/m', 'for the server']],
  );
  const card = m.card().toString();
  t.is(card.length, FULL.length);
  t.regex(card, /\n\[http\]\n# admin_password: taken over +\n\[listeners\]\n# password: taken over +\n/);
  t.is(
    card.replaceAll(/^# .*over *\n/gm, ''),
    FULL.replaceAll(/^(admin_password|password = "for the others").*\n/gm, ''),
  );
  const all = ['settings-report.txt', 'hostname', 'wpa_supplicant.conf', 'network/20-wifi.network'].map(m.box).join('');
  for (const secret of ['for the desk', 'for the others', '"password"']) t.false((all + m.config()).includes(secret));
  t.is(statSync(m.place('box/wpa_supplicant.conf')).mode & 0o077, 0);
  t.is(statSync(m.place('box/authorized_keys')).mode & 0o077, 0);
  t.is(statSync(m.place('box/hostname')).mode & 0o444, 0o444);
});

test('done again, it comes to the same and writes nothing at all', async (t) => {
  const m = machine(t, `${FULL}[mp3]\nenabled = 1\n`);
  await m.run();
  const before = state(m.place('.'));
  await m.run();
  t.deepEqual(state(m.place('.')), before);
});

test("what is gone from the file is gone from the machine; what is Boardfeed's own stays", async (t) => {
  const m = machine(t, FULL);
  await m.run();
  const config = m.config();
  m.write('[box]\n');
  await m.run();
  t.deepEqual(readdirSync(m.place('box'), { recursive: true }).sort(), [
    'hostname',
    'network',
    'settings-report.txt',
    'settings.sha256',
  ]);
  t.is(m.box('hostname'), 'boardfeed\n');
  t.is(m.config(), config);
  t.true(m.isCurrent());
});

test('half a good file: the good half is taken, the other half is said by line', async (t) => {
  const m = machine(
    t,
    '[box]\nname = "my hall"\n[mp3]\nbitrate_kbps = 100\n[opus]\ncomplexity = 3\nx\n[wlan]\nssid = "a"\n',
  );
  const lines = await m.run();
  t.is(lines.length, 4);
  t.is(m.report(), `${lines.join('\n')}\n`);
  for (const [index, words] of [
    /^line 2: box\.name = "my hall": expected a name of letters a to z/,
    /^line 4: mp3\.bitrate_kbps = 100: expected one of 64, /,
    /^line 7: expected a name, "=" and a value$/,
    /^line 8: \[wlan\]: no such section/,
  ].entries()) {
    t.regex(lines[index] ?? '', words);
  }
  t.is(m.box('hostname'), 'boardfeed\n');
  t.is(parseConfig(m.config(), 'config').opus.complexity, 3);
  t.true(m.isCurrent());
});

test('the same file as editors on PCs write it', async (t) => {
  const text = '[box]\r\nname = "hall"\r\n[http]\r\nadmin_password = "geheimnis ü"\r\n# ende\r\n';
  for (const bytes of [
    Buffer.from(text),
    Buffer.from(`\ufeff${text}`),
    Buffer.from(`\ufeff${text}`, 'utf16le'),
    Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
  ]) {
    const m = machine(t, bytes);
    t.deepEqual(await m.run(), ['boardfeed.toml: everything in it was understood']);
    t.is(m.box('hostname'), 'hall\n');
    t.true(m.isCurrent());
    t.true(await matches(parsePassword(parseConfig(m.config(), 'c').http.admin_password), 'geheimnis ü'));
    t.is(m.card().length, bytes.length);
    t.deepEqual(m.card().subarray(0, 24), bytes.subarray(0, 24));
    const left = fileText(m.card());
    t.is(typeof left === 'string' ? left : left.text.replace(/^# .*over *$/m, ''), text.replace(/^admin_.*$/m, ''));
  }
});

for (const [what, card, expected] of [
  ['empty', '', /^boardfeed\.toml: it is empty\. Nothing was taken from it, and all is as before\.$/],
  [
    'noise',
    Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 256)),
    /^boardfeed\.toml: it is no text\./,
  ],
  [
    'a megabyte of noise',
    Buffer.alloc(2 ** 20, 0x9c),
    /^boardfeed\.toml: it has 1024 KiB, and a settings file has 64 at most\./,
  ],
  [
    'a page of a book',
    'It was a dark and stormy night.\n'.repeat(60),
    /nearly nothing in it can be read: this is no settings file\./,
  ],
  [
    'Latin-1',
    Buffer.from('[box]\nname = "b\u00fcro"\n', 'latin1'),
    /^boardfeed\.toml: line 2 has a letter that is not written in UTF-8/,
  ],
  ['not there', undefined, /^boardfeed\.toml: it is not there\./],
] as const) {
  test(`what is no settings file changes nothing, and is said in one line: ${what}`, async (t) => {
    const m = machine(t, FULL);
    await m.run();
    const [config, network] = [m.config(), m.box('network/20-wifi.network')];
    if (card === undefined) rmSync(m.options.from);
    else m.write(card);
    const lines = await m.run();
    t.is(lines.length, 1);
    t.regex(lines[0] ?? '', expected);
    t.is(m.report(), `${lines[0]}\n`);
    t.deepEqual([m.box('hostname'), m.config(), m.box('network/20-wifi.network')], ['hall\n', config, network]);
    if (card === undefined) t.is(m.box('settings.sha256'), undefined);
    else t.true(m.isCurrent());
    const fresh = machine(t, card);
    await fresh.run();
    t.deepEqual([fresh.box('hostname'), fresh.config()], ['boardfeed\n', NEW_BOX]);
  });
}

test('a folder in the place of the file is said, too', async (t) => {
  const m = machine(t);
  mkdirSync(m.options.from);
  t.regex((await m.run()).join('\n'), /^boardfeed\.toml: it cannot be read: EISDIR/);
});

test('a password in its hash stays where it is, and one that is to be taken away goes', async (t) => {
  const hash = await hashPassword('x');
  const text = `[http]\nadmin_password = '${hash}'\n[listeners]\npassword = ""\n`;
  const m = machine(t, text, `${NEW_BOX}[listeners]\npassword = "old"\n`);
  t.deepEqual(await m.run(), ['boardfeed.toml: everything in it was understood']);
  t.is(m.card().toString(), text);
  const { http, listeners } = parseConfig(m.config(), 'config');
  t.deepEqual([http.admin_password, listeners.password], [hash, '']);
});

test('a password that the box has as plain text becomes a hash, and another one another hash', async (t) => {
  const m = machine(t, '[http]\nadmin_password = "one"\n', '[http]\nadmin_password = "one"\n');
  await m.run();
  const first = parseConfig(m.config(), 'config').http.admin_password;
  t.true((await matches(parsePassword(first), 'one')) && first.startsWith('$scrypt$'));
  m.write('[http]\nadmin_password = "one"\n');
  await m.run();
  t.is(parseConfig(m.config(), 'config').http.admin_password, first, 'it is the same');
  t.regex(m.card().toString(), /^\[http\]\n# taken over +\n$/);
  m.write('[http]\nadmin_password = "two"\n');
  await m.run();
  t.true(await matches(parsePassword(parseConfig(m.config(), 'config').http.admin_password), 'two'));
});

test('a password that is refused stays in the file, and that is said without it', async (t) => {
  const m = machine(t, `[http]\nadmin_password = "${'hunter2'.repeat(40)}"\n`);
  const lines = await m.run();
  t.regex(lines.join('\n'), /^line 2: http\.admin_password = \(not shown\): must be 1 to 256 characters long/);
  t.false(lines.join('').includes('hunter2'));
  t.true(m.card().includes('hunter2'));
});

test('a password within a table of one section goes out of it', async (t) => {
  const m = machine(t, 'http = { port = 81, admin_password = "x" }\n');
  t.deepEqual(await m.run(), ['boardfeed.toml: everything in it was understood']);
  t.is(m.card().toString(), 'http = { port = 81                       }\n');
  t.is(parseConfig(m.config(), 'config').http.port, 81);
});

test('servers to send to replace those of the box as a whole; without any they stay', async (t) => {
  const push = (name: string) => `[[push]]\nurl = "http://${name}/m"\npassword = "p" # ${name}\n`;
  const m = machine(t, push('c'), `${NEW_BOX}\n# mine\n${push('a')}${push('b')}# tail\n[log]\nlevel = "warn"\n`);
  await m.run();
  t.is(m.config(), `${NEW_BOX}\n# mine\n[[push]]\nurl = "http://c/m"\npassword = "p"\n# tail\n[log]\nlevel = "warn"\n`);
  m.write('[log]\nlevel = "info"\n');
  await m.run();
  t.deepEqual(
    parseConfig(m.config(), 'config').push.map(({ url }) => url),
    ['http://c/m'],
  );
  m.write('[[push]]\nurl = "c"\n');
  await m.run();
  t.is(parseConfig(m.config(), 'config').push.length, 1, 'a bad one does not take the good ones away');
});

for (const [what, broken, words] of [
  ['half a file', '[input]\nsource = "al', /line 2, column \d+/],
  ['a bad value', '[mp3]\nbitrate_kbps = 1\n', /mp3\.bitrate_kbps = 1: expected one of/],
  ['zeros', Buffer.alloc(512), /the file, line 1/],
  ['no UTF-8', Buffer.from('# \u00fc\n', 'latin1'), /no UTF-8 text/],
] as [string, string | Buffer, RegExp][]) {
  test(`a configuration that cannot be used is set aside: ${what}`, async (t) => {
    const m = machine(t, '[opus]\ncomplexity = 3\n', broken);
    const lines = await m.run();
    t.is(lines.length, 1);
    t.regex(
      lines[0] ?? '',
      /^the box's own settings could not be used \(.*\); they are kept as boardfeed\.toml\.broken, and those of a new box/,
    );
    t.regex(lines[0] ?? '', words);
    t.deepEqual(readFileSync(m.place('etc/boardfeed.toml.broken')), Buffer.from(broken));
    t.is(m.config(), `${NEW_BOX}\n[opus]\ncomplexity = 3\n`);
    t.deepEqual(await m.run(), ['boardfeed.toml: everything in it was understood']);
  });
}

test('a configuration that cannot even be read is set aside, too', async (t) => {
  const m = machine(t, '[opus]\ncomplexity = 3\n', null);
  mkdirSync(m.options.config);
  t.regex((await m.run()).join('\n'), /^the box's own settings could not be used/);
  t.is(m.config(), `${NEW_BOX}\n[opus]\ncomplexity = 3\n`);
  t.true(statSync(m.place('etc/boardfeed.toml.broken')).isDirectory());
});

test('a configuration that is not there is made from that of a new box, and if even that is lost, from nothing', async (t) => {
  const m = machine(t, '[opus]\ncomplexity = 3\n', null);
  t.deepEqual(await m.run(), ['boardfeed.toml: everything in it was understood']);
  t.is(m.config(), `${NEW_BOX}\n[opus]\ncomplexity = 3\n`);
  const lost = machine(t, '[opus]\ncomplexity = 3\n', null);
  writeFileSync(lost.options.defaults, '[oops');
  await lost.run();
  t.is(lost.config(), '[opus]\ncomplexity = 3\n');
});

test('a disk that cannot be written is no fault of the file', async (t) => {
  const m = machine(t, FULL);
  await t.throwsAsync(importSettings({ ...m.options, into: '/proc/none' }), { instanceOf: WriteProblem });
  t.is(m.card().toString(), FULL);
  chmodSync(m.options.config, 0o444);
  await t.throwsAsync(m.run(), { instanceOf: WriteProblem, message: /read-only/ });
  t.is(m.box('settings.sha256'), undefined, 'it is tried again');
  t.is(m.card().toString(), FULL, 'a password that was not taken over stays');
});

test('wherever the power is cut, the next start finds the old or the new, and comes to the same end', async (t) => {
  t.timeout(240_000);
  const undisturbed = machine(t, FULL);
  await undisturbed.run();
  let cuts = 0;
  for (let renames = 0; ; renames++) {
    for (const when of ['before', 'after']) {
      const m = machine(t, FULL);
      const { options } = m;
      const { signal, status, stderr } = spawnSync(
        process.execPath,
        [CUT, JSON.stringify(options), `${renames}`, when],
        { timeout: 60_000 },
      );
      if (signal === null && status === 0) {
        t.true(cuts >= 12, `${cuts} cuts`);
        return;
      }
      t.is(signal, 'SIGKILL', `${stderr}`);
      cuts++;
      t.notThrows(() => parseConfig(m.config(), 'config'), 'what the service would start with');
      if (m.isCurrent()) t.is(when, 'after', 'the digest is the last');
      t.deepEqual(await m.run(), ['boardfeed.toml: everything in it was understood']);
      t.is(m.card().toString(), undisturbed.card().toString());
      t.true(m.isCurrent());
      for (const name of [
        'hostname',
        'wpa_supplicant.conf',
        'network/20-wifi.network',
        'authorized_keys',
        'settings-report.txt',
      ])
        t.is(m.box(name), undisturbed.box(name));
      t.deepEqual(
        readdirSync(m.place('box'), { recursive: true }).sort(),
        readdirSync(undisturbed.place('box'), { recursive: true }).sort(),
      );
      const { http } = parseConfig(m.config(), 'config');
      t.true(await matches(parsePassword(http.admin_password), 'for the desk'));
    }
  }
});
