import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'ava';
import { imageTestRecord, systemTestRecord } from '../../setup/system-test.mjs';

test('what has passed is known as such until something that it depends on changes', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'boardfeed-record-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  const env = { XDG_CACHE_HOME: join(folder, 'cache') };
  const record = (more = {}) => systemTestRecord(folder, { ...env, ...more });
  write('src/main.ts', 'a');
  write('systemd/boardfeed.service', 'b');
  t.false(record().alreadyPassed);
  record().passed();
  t.true(record().alreadyPassed);

  write('README.md', 'words');
  write('native/build/Release/boardfeed.node', 'made from the rest');
  t.true(record().alreadyPassed);

  write('trial.deb', 'c');
  t.false(record({ BOARDFEED_DEB: join(folder, 'trial.deb') }).alreadyPassed);
  for (const path of [
    'src/main.ts',
    'systemd/boardfeed.service',
    'test/system/package/a.test.ts',
    'package-lock.json',
  ]) {
    write(path, 'changed');
    t.false(record().alreadyPassed, path);
    record().passed();
  }
  t.true(record().alreadyPassed);
});

test('what changes while the tests run has not passed', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'boardfeed-record-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const env = { XDG_CACHE_HOME: join(folder, 'cache') };
  const before = systemTestRecord(folder, env);
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src', 'main.ts'), '');
  before.passed();
  t.false(systemTestRecord(folder, env).alreadyPassed);
});

test('the image has a record of its own, and depends on how it is made, too', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'boardfeed-record-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const env = { XDG_CACHE_HOME: join(folder, 'cache') };
  const record = (more = {}) => imageTestRecord(folder, { ...env, ...more });
  mkdirSync(join(folder, 'image'));
  writeFileSync(join(folder, 'image', 'packages.txt'), 'a');
  record().passed();
  t.true(record().alreadyPassed);
  t.false(systemTestRecord(folder, env).alreadyPassed);
  writeFileSync(join(folder, 'trial.img'), 'b');
  t.false(record({ BOARDFEED_IMAGE: join(folder, 'trial.img') }).alreadyPassed);
  writeFileSync(join(folder, 'image', 'packages.txt'), 'changed');
  t.false(record().alreadyPassed);
});
