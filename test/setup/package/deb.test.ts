import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { projectDir } from '../../../setup/machine.mjs';
import { makeDeb } from '../../../setup/package/deb.mjs';

const DEBIAN = path.join(projectDir, 'debian');
/** In the future, where dpkg-deb by itself would take the times as they are. */
const EPOCH_S = 4_000_000_000;
const VALUES = { VERSION: '1.2.3', ARCHITECTURE: 'amd64', SHLIBS: 'libc6 (>= 2.38)', NODE_FLAGS: '--flag=1' };

function scratch(t: ExecutionContext) {
  const folder = mkdtempSync(path.join(tmpdir(), 'boardfeed-deb-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A small package with our control files. */
async function build(t: ExecutionContext, from: { mode: number; timeS: number }) {
  const folder = scratch(t);
  const file = path.join(folder, 'program');
  writeFileSync(file, 'words\n');
  chmodSync(file, from.mode);
  utimesSync(file, from.timeS, from.timeS);
  const deb = path.join(folder, 'dist', 'boardfeed.deb');
  const contents = [
    { from: file, to: 'usr/bin/boardfeed', mode: 0o755 },
    { content: 'avahi\n', to: 'etc/avahi/services/boardfeed.service', mode: 0o644 },
    { content: 'text\n', to: 'usr/share/doc/boardfeed/copyright', mode: 0o644 },
  ];
  await makeDeb(DEBIAN, contents, { deb, tree: path.join(folder, 'tree'), epochS: EPOCH_S, values: VALUES });
  return deb;
}

const dpkg = (...args: string[]) =>
  spawnSync('dpkg-deb', args, { encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } }).stdout;

test('built twice, in two places, from files of different age and mode, it is the same byte for byte', async (t) => {
  const [one, other] = await Promise.all([
    build(t, { mode: 0o600, timeS: EPOCH_S - 1000 }),
    build(t, { mode: 0o777, timeS: EPOCH_S + 1000 }),
  ]);
  t.true(readFileSync(one).equals(readFileSync(other)));
});

test("everything is root's and has the modes that it should, and dpkg can verify it", async (t) => {
  const deb = await build(t, { mode: 0o600, timeS: EPOCH_S });
  const listed = dpkg('--contents', deb);
  t.deepEqual([...new Set(listed.match(/\d{4}-\d\d-\d\d \d\d:\d\d/g))], ['2096-10-02 07:06']);
  for (const line of listed.trimEnd().split('\n')) t.regex(line, /^(drwxr-xr-x|-rwxr-xr-x|-rw-r--r--) root\/root /);
  t.regex(listed, /^-rwxr-xr-x .* \.\/usr\/bin\/boardfeed$/m);
  t.is(dpkg('--info', deb, 'md5sums').match(/ {2}(usr|etc)\//g)?.length, 2, 'all but the conffile');
  t.is(dpkg('--info', deb, 'conffiles'), '/etc/avahi/services/boardfeed.service\n');
  t.is(dpkg('--field', deb, 'Version'), '1.2.3\n');
  t.regex(dpkg('--field', deb, 'Depends'), /^libc6 \(>= 2\.38\), .*systemd \(>= 254\)/);
  t.true(Number(dpkg('--field', deb, 'Installed-Size')) > 0);
});

for (const name of ['postinst', 'prerm', 'postrm', 'boardfeed.sh']) {
  test(`${name} is a shell script that stops at the first failure`, (t) => {
    const file = path.join(DEBIAN, name);
    const { status, stderr } = spawnSync('sh', ['-n', file], { encoding: 'utf8' });
    t.is(status, 0, stderr);
    t.regex(readFileSync(file, 'utf8'), /^#!\/bin\/sh\n(#.*\n)*set -e\n|^#!\/bin\/sh\nset -e\n/);
  });
}

test('what root runs never comes from the code cache of the service, which is not its own', (t) => {
  const text = readFileSync(path.join(DEBIAN, 'boardfeed.sh'), 'utf8').replace(
    /^exec .*$/m,
    'echo "cache=$NODE_COMPILE_CACHE"',
  );
  const as = (id: string) => {
    const folder = scratch(t);
    writeFileSync(path.join(folder, 'id'), `#!/bin/sh\necho ${id}\n`, { mode: 0o755 });
    const env = { PATH: `${folder}:${process.env.PATH}`, NODE_COMPILE_CACHE: '/var/cache/boardfeed' };
    return spawnSync('sh', ['-c', text], { encoding: 'utf8', env }).stdout;
  };
  t.is(as('0'), 'cache=/usr/lib/boardfeed/cache\n');
  t.is(as('996'), 'cache=/var/cache/boardfeed\n');
});
