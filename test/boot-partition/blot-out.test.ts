import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { parse } from 'smol-toml';
import { blotOut } from '../../src/boot-partition/blot-out.ts';
import { fileText } from '../../src/boot-partition/file-text.ts';
import { GivenKeys } from '../../src/boot-partition/given-keys.ts';
import { overwrite } from '../../src/boot-partition/overwrite.ts';
import { statementsOf } from '../../src/boot-partition/statements.ts';
import { WriteProblem } from '../../src/config/replace-file.ts';

/** A text after its `admin_password` has been taken out. */
function without(text: string, encode: (text: string) => Buffer = (all) => Buffer.from(all)): string {
  const bytes = encode(text);
  const file = fileText(bytes);
  if (typeof file === 'string') throw new Error(file);
  const key = new GivenKeys(statementsOf(file.text) ?? []).of('http')[0]?.keys.get('admin_password');
  if (!key) throw new Error('there is none');
  const after = blotOut(bytes, file, key);
  if (!after) return 'impossible';
  if (after.length !== bytes.length) throw new Error('it has another length');
  const left = fileText(after);
  return typeof left === 'string' ? left : left.text;
}

for (const [what, before, after] of [
  ['a short one', '[http]\nadmin_password = "x"\nport = 80\n', '[http]\n# taken over        \nport = 80\n'],
  ['as short as can be', "[http]\nadmin_password=''''''\nport=80", '[http]\n# taken over         \nport=80'],
  [
    'a longer one',
    '[http]\r\n  admin_password = "0123456789 0123456789" # mine\r\nport = 80\r\n',
    '[http]\r\n  # admin_password: taken over             # mine\r\nport = 80\r\n',
  ],
  [
    'a long one',
    `[http]\nadmin_password = "${'x'.repeat(50)}"`,
    '[http]\n# admin_password was taken over, and is not needed here any more'.padEnd(76),
  ],
  ['letters of several bytes', '[http]\nadmin_password = "ü🎻"\n', '[http]\n# taken over             \n'],
  ['above all sections', 'http.admin_password = "x"\n[mp3]\n', '# taken over             \n[mp3]\n'],
  [
    'on several lines',
    '[http]\nadmin_password = """\\\n  x"""\nport = 80\n',
    '[http]\n# admin_password: taken over\nport = 80\n',
  ],
  ['alone in a table', 'http = { admin_password = "x" }\n', '# admin_password: taken over   \n'],
  ['first in a table', 'http = { admin_password = "x", port = 80 }\n', 'http = {                       port = 80 }\n'],
  [
    'last in a table',
    'http = { port = 80 , admin_password = "x" } # y\n',
    'http = { port = 80                        } # y\n',
  ],
] as const) {
  test(`a password goes, everything else stays: ${what}`, (t) => {
    t.is(without(before), after);
    t.notThrows(() => parse(without(before)));
    for (const encoding of ['utf16le', 'utf8'] as const) {
      const marked = without(before, (text) => Buffer.from(`\ufeff${text}`, encoding));
      t.notRegex(marked, /"|'/);
      t.is(marked.split('\n').length, after.split('\n').length);
    }
  });
}

test('a password in a table of several lines goes, too', (t) => {
  t.is(without('http = { admin_password = "x",\n  port = 80 }\n'), 'http = {                      \n  port = 80 }\n');
});

test('bytes are changed where they stand, and only if they are still there', async (t) => {
  const file = join(mkdtempSync(join(tmpdir(), 'boardfeed-blot-')), 'b.toml');
  t.teardown(() => rmSync(dirname(file), { recursive: true }));
  writeFileSync(file, 'one two three');
  const { ino } = statSync(file);
  await overwrite(file, Buffer.from('one two three'), Buffer.from('one xxx three'));
  t.is(readFileSync(file, 'utf8'), 'one xxx three');
  t.is(statSync(file).ino, ino, 'it is the same file');
  await t.throwsAsync(overwrite(file, Buffer.from('one two three'), Buffer.from('one yyy three')), {
    instanceOf: WriteProblem,
    message: 'it has just been changed',
  });
  t.is(readFileSync(file, 'utf8'), 'one xxx three');
  await t.throwsAsync(overwrite(`${file}.none`, Buffer.from('a'), Buffer.from('b')), { instanceOf: WriteProblem });
  await t.notThrowsAsync(overwrite(`${file}.none`, Buffer.from('a'), Buffer.from('a')), 'nothing is to be written');
});

test('whatever the password, nothing of it is left, and the others stay byte for byte', (t) => {
  const others = '# ü "x"\r\n[mp3]\r\nenabled = true # \'\r\n';
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 5, maxLength: 80 }), (password) => {
      if (!password.isWellFormed() || /\p{Cc}/u.test(password)) return;
      const line = `admin_password = ${JSON.stringify(password)}`;
      const left = without(`${others}[http]\r\n${line}\r\n${others}`);
      const [head, ...rest] = left.split('[http]\r\n');
      t.is(head, others);
      t.is(rest.join('').replace(/^# [^\r]*over[^\r]*\r\n/, ''), others);
    }),
  );
});
