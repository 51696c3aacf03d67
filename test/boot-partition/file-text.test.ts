import test from 'ava';
import fc from 'fast-check';
import { type FileText, fileText, roomOf, withPart } from '../../src/boot-partition/file-text.ts';

const big = (text: string) => Buffer.from(text, 'utf16le').swap16();
const BOM = '\ufeff';

for (const [what, bytes, text] of [
  ['UTF-8', Buffer.from('a = "ü"\n'), 'a = "ü"\n'],
  ['UTF-8 with a mark', Buffer.from(`${BOM}a = "ü"\r\n`), 'a = "ü"\r\n'],
  ['UTF-16 of Windows', Buffer.from(`${BOM}a = "ü🎻"\r\n`, 'utf16le'), 'a = "ü🎻"\r\n'],
  ['UTF-16 the other way round', big(`${BOM}a = "ü🎻"\r\n`), 'a = "ü🎻"\r\n'],
] as const) {
  test(`the text of a file in ${what}`, (t) => {
    const file = fileText(bytes);
    t.is(typeof file === 'string' ? file : file.text, text);
  });
}

for (const [what, bytes, expected] of [
  ['nothing', Buffer.alloc(0), /empty/],
  ['a mark alone', Buffer.from(BOM), /empty/],
  ['spaces', Buffer.from(' \r\n\t\n'), /empty/],
  ['zeros', Buffer.alloc(100), /no text/],
  ['UTF-16 without a mark', Buffer.from('a = 1\n', 'utf16le'), /no text/],
  ['Latin-1', Buffer.from('[box]\n# b\u00fcro\nx = "\u00fc"\n', 'latin1'), /line 2 has a letter/],
  ['Latin-1 in the last line', Buffer.from('[box]\n# \u00fc', 'latin1'), /line 2 has a letter/],
  ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]), /no text/],
  ['half a letter of UTF-16', Buffer.from([0xff, 0xfe, 0x41]), /no text/],
  ['half of a pair', Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x41, 0x00]), /no text/],
] as const) {
  test(`no settings: ${what}`, (t) => {
    const file = fileText(bytes);
    t.regex(typeof file === 'string' ? file : `it was read: ${file.text}`, expected);
  });
}

test('a part is replaced by one of as many bytes, and everything else is there as it was', (t) => {
  const texts = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter((text) => text.isWellFormed() && !text.startsWith(BOM));
  const encode = {
    utf8: (text: string) => Buffer.from(text),
    'utf8 with a mark': (text: string) => Buffer.from(BOM + text),
    utf16le: (text: string) => Buffer.from(BOM + text, 'utf16le'),
    utf16be: (text: string) => big(BOM + text),
  };
  fc.assert(
    fc.property(
      fc.tuple(texts, texts, texts),
      fc.constantFrom(...Object.values(encode)),
      ([head, secret, tail], as) => {
        const bytes = as(`#${head}${secret}${tail}`);
        const file = fileText(bytes);
        if (typeof file === 'string') return; // A zero in it.
        const [from, to] = [1 + head.length, 1 + head.length + secret.length];
        const room = roomOf(file, from, to);
        const result = fileText(withPart(bytes, file, from, to, '#')) as FileText;
        t.is(result.text, `#${head}${'#'.padEnd(room)}${tail}`);
        t.is(withPart(bytes, file, from, to, '#').length, bytes.length);
      },
    ),
  );
});
