import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { parseRelations } from '../../setup/package/control.mjs';
import { dependenciesOf, fieldOf, raiseVersion } from '../support/guest/debs.ts';
import { parseJournalLine } from '../support/guest/guest.ts';
import { JsonLines, type Message } from '../support/guest/json-lines.ts';
import { qemuArguments } from '../support/guest/machine.ts';
import { findMirrors, parseMirrors, sourcesOf } from '../support/guest/mirrors.ts';

/* The parts of the machine that `npm run test:system` starts, as far as they can be tried without one. */

function folderOf(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'boardfeed-parts-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

const relations: [what: string, text: string, names: string[]][] = [
  ['none', '', []],
  ['one', 'udev', ['udev']],
  ['with versions', 'libc6 (>= 2.38), libasound2t64 (>= 1.1.1)', ['libc6', 'libasound2t64']],
  ['with alternatives', 'default-dbus-system-bus | dbus-system-bus, kmod', ['default-dbus-system-bus', 'kmod']],
  ['of any architecture', 'python3:any', ['python3']],
  ['over several lines', 'libflac14 (>= 1.4.3),\n libopus0 (>= 1.1)', ['libflac14', 'libopus0']],
];

for (const [what, text, names] of relations) {
  test(`what a package depends on: ${what}`, (t) => t.deepEqual(parseRelations(text), names));
}

const MAIN = 'Debian\tDebian\thttp://mirror.example/debian/';
const SECURITY = 'Debian\tDebian-Security\thttp://mirror.example/debian-security/';

test("the mirrors are those of this machine's apt, and only Debian's", (t) => {
  const foreign = 'nodistro\tNode\thttp://packages.example/node';
  t.deepEqual(parseMirrors([foreign, SECURITY, MAIN, MAIN, ''].join('\n')), {
    main: 'http://mirror.example/debian/',
    security: 'http://mirror.example/debian-security/',
  });
  t.deepEqual(parseMirrors(MAIN), { main: 'http://mirror.example/debian/' });
  t.is(parseMirrors(foreign), undefined);
  t.is(parseMirrors(''), undefined);
});

test('a mirror can be named', (t) => {
  const mirrors = findMirrors({ BOARDFEED_MIRROR: 'http://other.example/debian' });
  t.deepEqual(sourcesOf(mirrors, 'trixie'), ['deb http://other.example/debian trixie main']);
});

test('security updates come from their own place', (t) => {
  t.deepEqual(sourcesOf({ main: 'http://a.example', security: 'http://b.example' }, 'trixie'), [
    'deb http://a.example trixie main',
    'deb http://b.example trixie-security main',
  ]);
});

test("a line of the guest's journal", (t) => {
  const line = {
    __MONOTONIC_TIMESTAMP: '12500000',
    PRIORITY: '4',
    SYSLOG_IDENTIFIER: 'boardfeed',
    MESSAGE: 'programme: lost',
  };
  t.deepEqual(parseJournalLine(JSON.stringify(line)), {
    atS: 12.5,
    priority: 4,
    from: 'boardfeed',
    message: 'programme: lost',
  });
  t.is(parseJournalLine(JSON.stringify({ ...line, MESSAGE: [111, 107] })).message, 'ok');
});

test('the machine is emulated, leaves its disk as it is, and is reached through the forwarded ports only', (t) => {
  const options = { kernel: 'k', initrd: 'i', append: 'rw', disk: 'd', share: 's', forwards: new Map([[80, 8080]]) };
  for (const [arch, console] of [
    ['amd64', 'ttyS0'],
    ['arm64', 'ttyAMA0'],
  ] as const) {
    const line = qemuArguments({ ...options, arch }, '/run/x').join(' ');
    t.regex(line, /-accel tcg/);
    t.notRegex(line, /kvm/i);
    t.regex(line, /file=d,.*snapshot=on/);
    t.regex(line, /user,id=net,restrict=on,hostfwd=tcp:127\.0\.0\.1:8080-:80 /);
    t.regex(line, new RegExp(`-append console=${console} rw `));
  }
  t.regex(qemuArguments({ ...options, arch: 'arm64', keepsDisk: true }, '/run/x').join(' '), /file=d,.*snapshot=off/);
});

/** Something that answers in the way of QEMU: `answer` gets each line. */
async function answering(t: ExecutionContext, answer: (line: string, socket: Socket) => void): Promise<string> {
  const path = join(folderOf(t), 'socket');
  const server = createServer((socket) => {
    let text = '';
    socket.on('data', (part) => {
      const lines = (text + part.toString()).split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) answer(line, socket);
    });
    t.teardown(() => socket.destroy());
  });
  t.teardown(() => server.close());
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}

test('each request gets its own answer, whatever is said between, however it is cut', async (t) => {
  const others: Message[] = [];
  const path = await answering(t, (line, socket) => {
    const { execute } = JSON.parse(line);
    const text = `{"event":"RESET"}\r\n{"return":"${execute}"}\r\n`;
    for (const char of text) socket.write(char);
  });
  const lines = new JsonLines(path, (message) => others.push(message));
  t.teardown(() => lines.close());
  t.deepEqual(await Promise.all(['a', 'b', 'c'].map((name) => lines.request(name))), ['a', 'b', 'c']);
  t.is(others.filter(({ event }) => event === 'RESET').length, 3);
});

test('a refusal and a silence are errors, and the next request is asked all the same', async (t) => {
  const path = await answering(t, (line, socket) => {
    const { execute } = JSON.parse(line);
    if (execute === 'forbidden') socket.write('{"error":{"class":"GenericError","desc":"not for you"}}\n');
    if (execute === 'allowed') socket.write('{"return":{}}\n');
  });
  const lines = new JsonLines(path, () => {});
  t.teardown(() => lines.close());
  await t.throwsAsync(lines.request('forbidden'), { message: /forbidden: not for you/ });
  await t.throwsAsync(lines.request('ignored', {}, 50), { message: /no answer to ignored in 50 ms/ });
  t.deepEqual(await lines.request('allowed'), {});
});

test('a package gets a higher version, and holds the same as before', (t) => {
  const folder = folderOf(t);
  const tree = join(folder, 'tree');
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
  mkdirSync(join(tree, 'usr'));
  writeFileSync(join(tree, 'usr', 'file'), 'content');
  const control = ['Package: boardfeed', 'Version: 1.2-3', 'Architecture: all', 'Maintainer: Us <us@example.org>'];
  writeFileSync(
    join(tree, 'DEBIAN', 'control'),
    `${[...control, 'Depends: libc6 (>= 2), udev', 'Description: x'].join('\n')}\n`,
  );
  const deb = join(folder, 'a.deb');
  execFileSync('dpkg-deb', ['--root-owner-group', '--build', tree, deb], { stdio: 'ignore' });
  t.deepEqual(dependenciesOf(deb), ['libc6', 'udev']);

  const newer = join(folder, 'b.deb');
  const version = raiseVersion(deb, newer);
  t.is(fieldOf(newer, 'Version'), version);
  t.notThrows(() => execFileSync('dpkg', ['--compare-versions', version, 'gt', '1.2-3']));
  const contents = (file: string) => execFileSync('dpkg-deb', ['--contents', file], { encoding: 'utf8' });
  t.is(contents(newer), contents(deb));
});
