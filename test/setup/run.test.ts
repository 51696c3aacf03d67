import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { packagesFor } from '../../setup/debian-packages.mjs';
import { projectDir } from '../../setup/machine.mjs';
import { makeMachine, outcomeOf } from './machine-of-fakes.ts';

const isRoot = process.getuid?.() === 0;
const names = packagesFor('start').map((row) => row.name);
/** The machine's own Node may be too old to become another program; ours is made to be. */
const OLD_NODE = ['--import', 'data:text/javascript,process.execve=undefined'];

/** What the made-up program said about how it was started. */
const said = (output: string) => JSON.parse(output.slice(output.indexOf('{"args"')).split('\n')[0] ?? '');

test('the first start installs, builds and runs; the second only runs, and adds no word', async (t) => {
  const machine = makeMachine(t, { sudo: 'silent', asUser: true });
  const first = await machine.run('start', '--port', '9000');
  t.is(first.code, 0, first.output);
  for (const row of packagesFor('start')) t.regex(first.output, new RegExp(`${row.name} +${row.why}\n`));
  const [probe, update, , install = '', , npm = '', gyp = '', epoll = '', page = ''] = machine.diary();
  t.is(probe, 'sudo -n true');
  t.regex(update ?? '', /^sudo -n env .*apt-get update/);
  t.regex(install, /^sudo -n env .*apt-get install .*--no-install-recommends.*--no-remove/);
  t.true(install.endsWith(names.join(' ')), install);
  t.regex(npm, /^npm ci --ignore-scripts /);
  const home = join(machine.project, 'node_modules', `node-linux-${process.arch}`);
  t.is(gyp, `node-gyp rebuild --jobs max for ${home}`);
  t.is(epoll, `node-gyp rebuild for ${home}`);
  t.is(page, `esbuild into ${join(machine.project, 'build', 'page')}`);

  const second = await machine.run('start', '--port', '9000');
  t.deepEqual(machine.diary(), []);
  t.is(second.output.split('\n').length, 2, second.output);
  t.deepEqual(said(second.output).args, ['--port', '9000']);
  t.is(said(second.output).folder, machine.project);
});

(isRoot ? test : test.skip)('root needs no sudo', async (t) => {
  const machine = makeMachine(t);
  t.is((await machine.run('start')).code, 0);
  const diary = machine.diary();
  t.false(diary.some((line) => line.startsWith('sudo')));
  t.true(diary.some((line) => line.startsWith('apt-get install')));
});

test('somebody at a terminal may be asked for a password', async (t) => {
  const machine = makeMachine(t, { sudo: 'admits', asUser: true, atTerminal: true });
  const { code, output } = await machine.run('start');
  t.is(code, 0, output);
  t.deepEqual(
    machine
      .diary()
      .filter((line) => line.startsWith('sudo'))
      .map((line) => line.split(' ').slice(0, 2).join(' ')),
    ['sudo -n', 'sudo -v', 'sudo env', 'sudo env'],
  );
});

const refusals: [what: string, options: Parameters<typeof makeMachine>[1], words: RegExp, command: string][] = [
  ['without sudo', { sudo: 'absent' }, /has no sudo/, '\n  apt-get update && apt-get install '],
  ['who cannot type the password', { sudo: 'asks' }, /no terminal/, '\n  sudo apt-get update && sudo apt-get install '],
  [
    'whom sudo does not know',
    { sudo: 'asks', atTerminal: true },
    /sudo refused/,
    '\n  sudo apt-get update && sudo apt-get install ',
  ],
  ['on no Debian', { apt: 'absent', sudo: 'silent' }, /no Debian/, '\n  sudo apt-get update && sudo apt-get install '],
];

for (const [what, options, words, command] of refusals) {
  test(`a user ${what} is told the command, and nothing is changed`, async (t) => {
    const machine = makeMachine(t, { ...options, asUser: true });
    const { code, output } = await machine.run('start');
    t.is(code, 77);
    t.regex(output, words);
    t.true(output.includes(`${command}--no-install-recommends ${names.join(' ')}\n`), output);
    t.notRegex(output, /\n {4}at /);
    t.deepEqual(
      machine.diary().filter((line) => line !== 'sudo -n true' && line !== 'sudo -v'),
      [],
    );
  });
}

test('what apt-get cannot install ends the start, with the command and without a stack', async (t) => {
  for (const [apt, code, words] of [
    ['fails', 69, /no such luck.*exit code 100.*apt-get install --no-install-recommends/s],
    ['lies', 69, /apt-get installed no libatomic1, build-essential/],
  ] as const) {
    const machine = makeMachine(t, { apt, sudo: 'silent', asUser: true });
    const outcome = await machine.run('start');
    t.is(outcome.code, code);
    t.regex(outcome.output, words);
    t.notRegex(outcome.output, /\n {4}at /);
    t.false(machine.diary().some((line) => line.startsWith('npm')));
  }
});

test('another apt at work is waited for', async (t) => {
  const machine = makeMachine(t, { apt: 'locked once', sudo: 'silent', asUser: true });
  const { code, output } = await machine.run('start');
  t.is(code, 0, output);
  t.regex(output, /Another apt is at work; waiting for it, at most 300 s/);
  t.is(machine.diary().filter((line) => line.startsWith('apt-get update')).length, 2);
});

test('asking for help or the version needs no compiler', async (t) => {
  for (const question of ['--help', '-h', '--version']) {
    const machine = makeMachine(t, { sudo: 'silent', asUser: true });
    const { code, output } = await machine.run('start', question);
    t.is(code, 0, output);
    t.deepEqual(said(output).args, [question]);
    t.regex(machine.diary().find((line) => line.startsWith('apt-get install')) ?? '', / libatomic1$/);
    t.false(machine.isBuilt());
  }
});

test('the real program answers --help and --version before there is an addon', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'boardfeed-bare-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const name of ['src', 'package.json']) cpSync(join(projectDir, name), join(folder, name), { recursive: true });
  symlinkSync(join(projectDir, 'node_modules'), join(folder, 'node_modules'));
  for (const question of ['--help', '--version']) {
    const asked = spawnSync(process.execPath, [join(folder, 'src', 'main.ts'), question], { encoding: 'utf8' });
    t.is(asked.status, 0, asked.stderr);
    t.regex(asked.stdout, /boardfeed/);
  }
});

test('npm packages that could not be installed are tried again the next time', async (t) => {
  const machine = makeMachine(t, { installed: 'all' });
  writeFileSync(join(machine.project, 'npm-fails'), '');
  const failed = await machine.run('start');
  t.is(failed.code, 69);
  t.regex(failed.output, /npm ended with exit code 1/);
  rmSync(join(machine.project, 'npm-fails'));
  t.is((await machine.run('start')).code, 0);
  t.deepEqual(
    machine.diary().map((line) => line.split(' ')[0]),
    ['npm', 'npm', 'node-gyp', 'node-gyp', 'esbuild'],
  );
});

test('only what changed is done again', async (t) => {
  const machine = makeMachine(t, { installed: 'all' });
  await machine.run('start');
  machine.diary();
  writeFileSync(join(machine.project, 'native', 'ring.c'), 'int a;');
  await machine.run('start');
  t.deepEqual(
    machine.diary().map((line) => line.split(' ')[0]),
    ['node-gyp'],
  );
  writeFileSync(join(machine.project, 'package-lock.json'), '{"locked":2}');
  await machine.run('start');
  t.deepEqual(
    machine.diary().map((line) => line.split(' ')[0]),
    ['npm', 'node-gyp', 'esbuild'],
  );
  writeFileSync(join(machine.project, 'src', 'page.css'), 'p {}');
  await machine.run('start');
  t.deepEqual(
    machine.diary().map((line) => line.split(' ')[0]),
    ['esbuild'],
  );
});

test('an epoll that cannot be built is told, keeps nothing from starting, and is tried again', async (t) => {
  const machine = makeMachine(t, { installed: 'all' });
  writeFileSync(join(machine.project, 'epoll-fails'), '');
  for (const time of ['the first', 'the second']) {
    const { code, output } = await machine.run('start', '--port', '9000');
    t.is(code, 0, output);
    t.regex(output, /^epoll could not be built \(epoll\.cc:1: error: no luck\)\. Boardfeed runs without a lamp/m, time);
    t.deepEqual(said(output).args, ['--port', '9000']);
  }
  rmSync(join(machine.project, 'epoll-fails'));
  t.notRegex((await machine.run('start')).output, /epoll/);
  machine.diary();
  await machine.run('start');
  t.deepEqual(machine.diary(), []);
});

test('tests and benchmarks need more packages, and use the same addon', async (t) => {
  const machine = makeMachine(t, { sudo: 'silent', asUser: true });
  await machine.run('start');
  machine.diary();
  mkdirSync(join(machine.project, 'bench'));
  cpSync(join(machine.project, 'src', 'main.ts'), join(machine.project, 'bench', 'lag.ts'));
  const { output } = await machine.run('bench', 'lag', '--seconds', '5');
  t.deepEqual(said(output).args, ['--seconds', '5']);
  const diary = machine.diary();
  t.regex(diary.find((line) => line.startsWith('apt-get install')) ?? '', / icecast2( |$)/);
  t.false(diary.some((line) => line.startsWith('node-gyp')));
  await machine.run('test', 'test/a.test.ts');
  const later = machine.diary();
  t.regex(later.find((line) => line.startsWith('apt-get install')) ?? '', / chromium( |$)/);
  t.false(later.some((line) => line.startsWith('node-gyp')));
});

test('two first starts at once install and build once', async (t) => {
  const machine = makeMachine(t, { installed: 'all' });
  const outcomes = await Promise.all([machine.run('start'), machine.run('start')]);
  for (const { code, output } of outcomes) t.is(code, 0, output);
  t.deepEqual(
    machine.diary().map((line) => line.split(' ')[0]),
    ['npm', 'node-gyp', 'node-gyp', 'esbuild'],
  );
  writeFileSync(join(machine.project, 'native', 'ring.c'), 'int a;');
  for (const { code, output } of await Promise.all([machine.run('start'), machine.run('start')])) t.is(code, 0, output);
  t.deepEqual(
    machine.diary().map((line) => line.split(' ')[0]),
    ['node-gyp'],
  );
});

for (const [node, nodeArgs] of [
  ['the pinned Node', []],
  ['an older Node', OLD_NODE],
] as const) {
  test(`started by ${node}: the program's exit code is ours, and so is its death`, async (t) => {
    const machine = makeMachine(t, { installed: 'all' });
    const exited = await outcomeOf(machine.launch(['start', 'exit', '78'], [...nodeArgs]));
    t.is(exited.code, 78, exited.output);
    const died = await outcomeOf(machine.launch(['start', 'die'], [...nodeArgs]));
    t.is(died.signal, 'SIGKILL', died.output);
  });

  test(`started by ${node}: a signal reaches the program once`, async (t) => {
    const machine = makeMachine(t, { installed: 'all' });
    await machine.run('start');
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const child = machine.launch(['start', 'wait'], [...nodeArgs]);
      const outcome = outcomeOf(child);
      child.stdout?.on('data', (text: string) => {
        if (text.includes('waiting')) child.kill(signal);
      });
      const { code, output } = await outcome;
      t.is(code, 0, output);
      t.regex(output, new RegExp(`${signal} 1\n`));
      t.is(said(output).pid === child.pid, nodeArgs.length === 0, 'no process stands between, where Node can do that');
    }
  });
}

test('an unknown command and an unknown benchmark say how it is done', async (t) => {
  const machine = makeMachine(t, { installed: 'all' });
  for (const args of [[], ['stop'], ['constructor'], ['bench'], ['bench', '../src/main'], ['bench', 'lags']]) {
    const { code, output } = await machine.run(...args);
    t.is(code, 64);
    t.regex(output, /Usage: /);
  }
  t.deepEqual(machine.diary(), []);
});

test('npm runs our scripts with no shell in between: it would keep signals for itself', (t) => {
  const { scripts } = JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8'));
  for (const [name, script] of Object.entries<string>(scripts)) t.regex(script, /^exec node setup\/run\.mjs /, name);
});
