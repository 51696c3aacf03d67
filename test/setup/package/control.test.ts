import test from 'ava';
import { debianChangelog, fill, foldersOf, installedKib } from '../../../setup/package/control.mjs';
import { copyrightFile, holdersIn } from '../../../setup/package/copyright.mjs';

test('a template is filled, and a hole is a fault', (t) => {
  t.is(fill('a @B@ c@example @B@', { B: '1' }), 'a 1 c@example 1');
  t.throws(() => fill('@NO_SUCH@', {}), { message: /@NO_SUCH@/ });
});

test('what a package takes on the disk: each file rounded up, and its folders', (t) => {
  t.deepEqual(foldersOf(['usr/lib/a', 'usr/b']), ['usr', 'usr/lib']);
  t.is(
    installedKib([
      { to: 'usr/lib/a', size: 1 },
      { to: 'usr/b', size: 2048 },
    ]),
    1 + 2 + 2,
  );
});

test("Debian's changelog has its form", (t) => {
  const text = debianChangelog('1.2.3', 1_700_000_000, 'A <a@example.org>');
  t.regex(text, /^boardfeed \(1\.2\.3\) \w+; urgency=medium\n\n {2}\* /);
  t.true(text.endsWith('\n -- A <a@example.org>  Tue, 14 Nov 2023 22:13:20 +0000\n'), text);
});

test('whose work a licence speaks of', (t) => {
  const text = 'MIT License\n\nCopyright (c) 2016-2020 A B\n * Copyright 2021 C, all rights reserved.\n(C) D\n';
  t.deepEqual(holdersIn(`${text}The above copyright notice shall be included.\n`), ['2016-2020 A B', '2021 C,', 'D']);
});

test('the copyright file: one stanza each, no empty line inside one', (t) => {
  const text = copyrightFile([
    { files: '*', name: 'Expat', text: 'one\n\ntwo\n', holders: ['A', 'B'] },
    { files: 'x/*', name: 'MIT-x', text: 'three', holders: ['C'] },
  ]);
  const [head, first, second, ...rest] = text.trimEnd().split('\n\n');
  t.regex(head ?? '', /^Format: https:\/\/www\.debian\.org\/.*1\.0\/\n/);
  t.is(first, 'Files: *\nCopyright: A\n B\nLicense: Expat\n one\n .\n two');
  t.is(second, 'Files: x/*\nCopyright: C\nLicense: MIT-x\n three');
  t.deepEqual(rest, []);
});
