import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { projectDir } from '../../../setup/machine.mjs';
import { filesBelow } from '../../../setup/stamp.mjs';
import { imageFile } from './shell.ts';

const RECIPE = path.join(projectDir, 'image');
const UNITS = imageFile('usr/lib/systemd/system');
const scripts = filesBelow(RECIPE, () => true).filter((file) => readFileSync(file, 'utf8').startsWith('#!/bin/sh\n'));

for (const file of [...scripts, path.join(RECIPE, 'finish.sh')]) {
  test(`${path.relative(RECIPE, file)} is a script that a shell can read`, (t) => {
    const { status, stderr } = spawnSync('sh', ['-n', file], { encoding: 'utf8' });
    t.is(status, 0, stderr);
    if (!file.endsWith('.sh')) t.is(statSync(file).mode & 0o111, 0o111, 'and run');
  });
}

test('what the units start is there, and can be run', (t) => {
  const started = readdirSync(UNITS).flatMap((name) =>
    [...readFileSync(path.join(UNITS, name), 'utf8').matchAll(/^Exec\w+=(\/usr\/lib\/boardfeed-image\/\S+)/gm)].map(
      ([, file = '']) => file,
    ),
  );
  t.true(started.length >= 3);
  for (const file of started) t.true(scripts.includes(imageFile(file)), file);
});

test('systemd understands every line of the units', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'boardfeed-units-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const names = readdirSync(UNITS);
  for (const name of names) {
    const text = readFileSync(path.join(UNITS, name), 'utf8');
    writeFileSync(path.join(folder, name), text.replaceAll(/\/usr\/lib\/boardfeed-image\/\S+/g, '/bin/true'));
  }
  // Of others that are named but not there, nothing is asked.
  const { status, stdout, stderr } = spawnSync(
    'systemd-analyze',
    ['verify', '--man=no', '--recursive-errors=no', ...names.map((name) => path.join(folder, name))],
    { encoding: 'utf8', timeout: 60_000, env: { ...process.env, LC_ALL: 'C.UTF-8', SYSTEMD_UNIT_PATH: `${folder}:` } },
  );
  t.deepEqual(`${stdout}${stderr}`.split('\n').filter(Boolean), []);
  t.is(status, 0);
});

test('finish.sh enables what the recipe brings', (t) => {
  const text = readFileSync(path.join(RECIPE, 'finish.sh'), 'utf8');
  for (const name of readdirSync(UNITS)) {
    const unit = readFileSync(path.join(UNITS, name), 'utf8');
    t.is(new RegExp(`[\\s]${name}\\s`).test(text), unit.includes('[Install]'), name);
  }
});

test('nothing of the recipe names this machine', (t) => {
  for (const file of filesBelow(RECIPE, () => true)) {
    t.notRegex(readFileSync(file, 'utf8'), /\/work\/|localhost:\d|snapshot\.debian/, file);
  }
});
