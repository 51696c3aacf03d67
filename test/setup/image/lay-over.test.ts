import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { layOver } from '../../../setup/image/lay-over.mjs';

test('files are laid over with the modes that git knows, and never through a link that leads out', (t) => {
  const home = mkdtempSync(path.join(tmpdir(), 'boardfeed-lay-'));
  t.teardown(() => rmSync(home, { recursive: true }));
  const [from, root, outside] = ['from', 'root', 'outside'].map((name) => path.join(home, name)) as [
    string,
    string,
    string,
  ];
  const write = (file: string, text: string, mode: number) => {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, mode);
  };
  write(path.join(from, 'etc', 'hosts'), 'ours', 0o664);
  write(path.join(from, 'usr', 'lib', 'new', 'run'), '#!/bin/sh', 0o700);
  write(outside, 'untouched', 0o600);
  mkdirSync(path.join(root, 'etc'), { recursive: true });
  chmodSync(path.join(root, 'etc'), 0o700);
  symlinkSync(outside, path.join(root, 'etc', 'hosts'));

  t.deepEqual(layOver(from, root), ['etc/hosts', 'usr/lib/new/run']);
  t.is(readFileSync(path.join(root, 'etc', 'hosts'), 'utf8'), 'ours');
  t.is(readFileSync(outside, 'utf8'), 'untouched');
  const mode = (name: string) => (lstatSync(path.join(root, name)).mode & 0o777).toString(8);
  t.is(mode('etc/hosts'), '644');
  t.is(mode('usr/lib/new/run'), '755');
  t.is(mode('usr/lib/new'), '755');
  t.is(mode('etc'), '700', 'what was there stays as it was');
});
