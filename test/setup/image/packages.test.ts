import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { differences, lockText, parseList, parseLock, parseSimulated } from '../../../setup/image/packages.mjs';
import { projectDir } from '../../../setup/machine.mjs';

test('a list has a name a line, and comments', (t) => {
  t.deepEqual(parseList('# what\n\nudev\n  kmod # loads modules\n'), ['udev', 'kmod']);
});

test('the list of the image names each package once', (t) => {
  const names = parseList(readFileSync(path.join(projectDir, 'image', 'packages.list'), 'utf8'));
  t.true(names.length > 20);
  t.deepEqual(names, [...new Set(names)]);
  for (const name of names) t.regex(name, /^[a-z0-9][a-z0-9+.-]+$/);
});

test('what apt would install', (t) => {
  const printed = [
    'Reading package lists...',
    'The following NEW packages will be installed:',
    '  libc6 udev',
    'Inst libc6 (2.41-12 Debian:13.1/stable [arm64]) []',
    'Inst udev (257.8-1~deb13u2 Debian:13.1/stable, Debian-Security:13/stable-security [arm64])',
    'Conf libc6 (2.41-12 Debian:13.1/stable [arm64])',
    '',
  ].join('\n');
  t.deepEqual(
    [...parseSimulated(printed)],
    [
      ['libc6', '2.41-12'],
      ['udev', '257.8-1~deb13u2'],
    ],
  );
});

test('a lock is read as it was written, sorted by name', (t) => {
  const versions = new Map([
    ['udev', '257'],
    ['base-files', '1:13.8+b1'],
  ]);
  const text = lockText(versions);
  t.regex(text, /^#.*\nbase-files 1:13\.8\+b1\nudev 257\n$/);
  t.deepEqual(new Map([...parseLock(text)].sort()), new Map([...versions].sort()));
});

const cases: [what: string, locked: [string, string][], actual: [string, string][], words: string[]][] = [
  ['nothing', [['a', '1']], [['a', '1']], []],
  ['another version', [['a', '1']], [['a', '2']], ['a 1 is 2 now']],
  ['one more', [], [['a', '1']], ['a 1 is new']],
  ['one less', [['a', '1']], [], ['a 1 is gone']],
  [
    'several, by name',
    [
      ['b', '1'],
      ['c', '1'],
    ],
    [
      ['c', '2'],
      ['a', '1'],
    ],
    ['a 1 is new', 'b 1 is gone', 'c 1 is 2 now'],
  ],
];

for (const [what, locked, actual, words] of cases) {
  test(`an image differs from its lock in: ${what}`, (t) => {
    t.deepEqual(differences(new Map(locked), new Map(actual)), words);
  });
}
