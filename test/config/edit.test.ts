import test from 'ava';
import fc from 'fast-check';
import { parse } from 'smol-toml';
import { parseTOML } from 'toml-eslint-parser';
import { parseConfig } from '../../src/config/config.ts';
import { editToml, type Tables, type Value } from '../../src/config/edit.ts';
import { exampleConfig } from '../../src/config/example.ts';

for (const [what, before, changes, after] of [
  [
    'a comment behind the value',
    'a = 1\n[mp3] # h\n  enabled=true   # yes # no\n',
    { 'mp3.enabled': false },
    'a = 1\n[mp3] # h\n  enabled=false   # yes # no\n',
  ],
  [
    'odd spacing elsewhere',
    '[mp3]\nx   =\t1\nenabled = true\n\n\n[b]',
    { 'mp3.enabled': false },
    '[mp3]\nx   =\t1\nenabled = false\n\n\n[b]',
  ],
  [
    'a text that looks like a comment',
    '[station]\nname = "# x" # "y"\n',
    { 'station.name': 'a "b" \\ ü🎻' },
    '[station]\nname = "a \\"b\\" \\\\ ü🎻" # "y"\n',
  ],
  ['a literal text', "[input]\ndevice = 'hw:0'\n", { 'input.device': 'auto' }, '[input]\ndevice = "auto"\n'],
  [
    'a text of several lines',
    '[station]\nname = """\n# no comment\nx""" # c\n',
    { 'station.name': 'n' },
    '[station]\nname = "n" # c\n',
  ],
  [
    'CRLF',
    '[mp3]\r\nenabled = true # x\r\n\r\n# end\r\n',
    { 'mp3.enabled': false, 'mp3.bitrate_kbps': 96 },
    '[mp3]\r\nenabled = false # x\r\nbitrate_kbps = 96\r\n\r\n# end\r\n',
  ],
  ['CRLF and a new section', '[a]\r\n', { 'log.level': 'warn' }, '[a]\r\n\r\n[log]\r\nlevel = "warn"\r\n'],
  ['a byte order mark', '\ufeff[mp3]\nenabled = true\n', { 'mp3.enabled': false }, '\ufeff[mp3]\nenabled = false\n'],
  [
    'no end of the last line',
    '[mp3]\nenabled = true',
    { 'mp3.bitrate_kbps': 96 },
    '[mp3]\nenabled = true\nbitrate_kbps = 96',
  ],
  [
    'no end of the last line, new section',
    '[mp3]\nenabled = true # x',
    { 'log.level': 'warn' },
    '[mp3]\nenabled = true # x\n\n[log]\nlevel = "warn"\n',
  ],
  ['an empty file', '', { 'log.level': 'warn' }, '[log]\nlevel = "warn"\n'],
  ['nothing but a comment', '# only', { 'log.level': 'warn' }, '# only\n\n[log]\nlevel = "warn"\n'],
  [
    'a head with a comment and nothing else',
    '[mp3] # the head\n[opus]\n',
    { 'mp3.enabled': false },
    '[mp3] # the head\nenabled = false\n[opus]\n',
  ],
  ['spaces in a head', '[ "mp3" ]\n\'enabled\'=true\n', { 'mp3.enabled': false }, '[ "mp3" ]\n\'enabled\'=false\n'],
  [
    'indentation',
    '[mp3]\n\t  enabled = true\n',
    { 'mp3.bitrate_kbps': 96 },
    '[mp3]\n\t  enabled = true\n\t  bitrate_kbps = 96\n',
  ],
  [
    'an inline table',
    'mp3 = { enabled = true } # c\n',
    { 'mp3.enabled': false, 'mp3.bitrate_kbps': 96 },
    'mp3 = { enabled = false, bitrate_kbps = 96 } # c\n',
  ],
  ['an empty inline table', 'mp3 = {} # c\n', { 'mp3.enabled': false }, 'mp3 = { enabled = false } # c\n'],
  [
    'dotted keys',
    'mp3.enabled = true # d\n"mp3" . \'bitrate_kbps\' = 128\n[a]\n',
    { 'mp3.bitrate_kbps': 96 },
    'mp3.enabled = true # d\n"mp3" . \'bitrate_kbps\' = 96\n[a]\n',
  ],
  [
    'a new dotted key',
    'mp3.enabled = true # d\n[a]\n',
    { 'mp3.bitrate_kbps': 96 },
    'mp3.enabled = true # d\nmp3.bitrate_kbps = 96\n[a]\n',
  ],
  [
    'a list over several lines',
    '[input]\nchannels = [ # a\n  1, # left\n  2, # right\n] # b\n',
    { 'input.channels': [3, 4] },
    '[input]\nchannels = [ # a\n  3, # left\n  4, # right\n] # b\n',
  ],
  [
    'a list that becomes shorter',
    '[input]\nchannels = [ # a\n  1, # left\n  2, # right\n]\n',
    { 'input.channels': [3] },
    '[input]\nchannels = [ # a\n  3, # left\n   # right\n]\n',
  ],
  [
    'a list that becomes longer',
    '[input]\nchannels = [ 1 # left\n]\n',
    { 'input.channels': [3, 4] },
    '[input]\nchannels = [ 3, 4 # left\n]\n',
  ],
  [
    'the same value, written in another way',
    '[listeners]\nmax = 0x64\n',
    { 'listeners.max': 100 },
    '[listeners]\nmax = 0x64\n',
  ],
  [
    'a key that is shown commented out',
    '[a]\n# mp3 = 2\n[mp3]\n# Offer.\n# enabled = true\n\n# Rate.\n#bitrate_kbps = 128\n# [mp3]\n# enabled = 1\n',
    { 'mp3.enabled': false, 'mp3.bitrate_kbps': 96 },
    '[a]\n# mp3 = 2\n[mp3]\n# Offer.\n# enabled = true\nenabled = false\n\n# Rate.\n#bitrate_kbps = 128\nbitrate_kbps = 96\n# [mp3]\n# enabled = 1\n',
  ],
  [
    'tables of a list last',
    '[[push]]\nurl = "a"\n# tail\n',
    { 'mp3.enabled': false },
    '[[push]]\nurl = "a"\n# tail\n\n[mp3]\nenabled = false\n',
  ],
  [
    'a key of that name in another section',
    '[opus]\nenabled = true\n[mp3]\nenabled = true\n',
    { 'mp3.enabled': false },
    '[opus]\nenabled = true\n[mp3]\nenabled = false\n',
  ],
  ['a section that is no table: for the schema to complain of', 'mp3 = 5\n', { 'mp3.enabled': false }, 'mp3 = 5\n'],
  [
    'the first tables of a list',
    '# x\n[mp3]\nenabled = true',
    { push: [{ url: 'a', public: true }, { url: 'b' }], 'mp3.enabled': false },
    '# x\n[mp3]\nenabled = false\n\n[[push]]\nurl = "a"\npublic = true\n\n[[push]]\nurl = "b"\n',
  ],
  [
    'other tables of a list, with what stands between and behind them',
    '[[push]] # 1\nurl = "a" # a\n# in it\nname = "x"\n\n# between\n[mp3]\n# c\n[[push]]\r\nurl = "b"\r\n# behind\n',
    { push: [{ url: 'c' }] },
    '[[push]]\nurl = "c"\n\n# between\n[mp3]\n# c\n# behind\n',
  ],
  [
    'the same tables, written in another way',
    '[[ push ]]\n"url" = \'a\'\n',
    { push: [{ url: 'a' }] },
    '[[ push ]]\n"url" = \'a\'\n',
  ],
  ['no tables any more', '# x\n[[push]]\nurl = "a"\n\n[[push]]\nurl = "b"\n[mp3]\n', { push: [] }, '# x\n\n[mp3]\n'],
  ['no tables where there are none', '# x\n', { push: [] }, '# x\n'],
  [
    'a list in one line',
    '# x\npush = [{ url = "a" }] # y\n[mp3]\n',
    { push: [{ url: 'b' }] },
    '# x\n[mp3]\n\n[[push]]\nurl = "b"\n',
  ],
  ['an empty list in one line', 'push = []\r\n', { push: [{ url: 'b' }] }, '\r\n[[push]]\r\nurl = "b"\r\n'],
  ['a list in a file of nothing', '', { push: [{ url: 'b"' }] }, '[[push]]\nurl = "b\\""\n'],
  ['a list below a mark', '\ufeff[[push]]\nurl = "a"', { push: [{ url: 'b' }] }, '\ufeff[[push]]\nurl = "b"\n'],
] as [string, string, Record<string, Value | Tables>, string][]) {
  test(`edited: ${what}`, (t) => {
    t.is(editToml(before, changes), after);
  });
}

test('in the example file each key can be set, and only lines are added', (t) => {
  const example = exampleConfig();
  const changes = {
    'station.name': 'Hall',
    'input.channels': [3],
    'mp3.bitrate_kbps': 192,
    'listeners.max': 7,
    'log.level': 'debug',
  };
  const edited = editToml(example, changes);
  const { station, input, mp3, listeners, log } = parseConfig(edited, 't');
  t.deepEqual(
    [station.name, input.channels, mp3.bitrate_kbps, listeners.max, log.level],
    ['Hall', [3], 192, 7, 'debug'],
  );
  const added = new Set(edited.split('\n')).difference(new Set(example.split('\n')));
  t.deepEqual([...added], ['name = "Hall"', 'channels = [3]', 'bitrate_kbps = 192', 'max = 7', 'level = "debug"']);
  t.is(edited.split('\n').length, example.split('\n').length + 5);
});

/** Files as ugly as TOML allows, out of sections that are written in many ways. */
const eol = fc.constantFrom('\n', '\r\n');
const space = fc.constantFrom('', ' ', '\t', '   ');
const words = fc.string({
  unit: fc.constantFrom('a', '#', '"', "'", '=', '[', ']', ',', ' ', 'ü', '🎻', '{'),
  maxLength: 12,
});
const comment = fc.oneof(
  fc.constant(''),
  words.map((text) => `#${text}`),
);
const numbers = (end: string) =>
  fc
    .array(fc.tuple(fc.integer({ min: 1, max: 64 }), comment, space), { minLength: 1, maxLength: 2 })
    .map((all) => ['[', ...all.map(([number, said, gap]) => `${gap}${number},${gap}${said}`), ']'].join(end));
const value = (key: string, end: string): fc.Arbitrary<string> => {
  if (key === 'enabled') return fc.constantFrom('true', 'false');
  if (key === 'channels') return numbers(end);
  return fc.oneof(
    words.map((text) => JSON.stringify(text)),
    words.map((text) => `'${text.replaceAll("'", '')}'`),
    words.map((text) => `"""${end}${text.replaceAll('"', '')}${end}# x"""`),
  );
};
const KEYS = ['enabled', 'channels', 'name', 'other'];
const quoted = (name: string) => fc.constantFrom(name, `"${name}"`, `'${name}'`);
const pair = (key: string, end: string) =>
  fc
    .tuple(space, quoted(key), space, space, value(key, end), space, comment)
    .map(([indent, name, before, after, said, gap, note]) => `${indent}${name}${before}=${after}${said}${gap}${note}`);
const pairs = (end: string) =>
  fc
    .subarray(KEYS)
    .chain((keys) => fc.tuple(...keys.map((key) => fc.tuple(pair(key, end), comment).map((lines) => lines.join(end)))));
const section = (name: string, end: string) =>
  fc.oneof(
    fc
      .tuple(quoted(name), space, comment, pairs(end))
      .map(([head, gap, note, lines]) => [`${gap}[${gap}${head}${gap}]${gap}${note}`, ...lines, ''].join(end)),
  );
const inline = (name: string) =>
  fc
    .tuple(fc.subarray(['enabled', 'name']), comment, space)
    .chain(([keys, note, gap]) =>
      fc
        .tuple(
          ...keys.map((key) =>
            key === 'enabled'
              ? fc.constant('enabled = true')
              : words.map((text) => `name${gap}=${gap}${JSON.stringify(text)}`),
          ),
        )
        .map((all) => `${name}${gap}=${gap}{${gap}${all.join(`${gap},`)}${gap}}${gap}${note}`),
    );
const dotted = (name: string, end: string) =>
  fc
    .subarray(KEYS, { minLength: 1 })
    .chain((keys) =>
      fc
        .tuple(
          ...keys.map((key) =>
            fc.tuple(pair(key, end), space).map(([line, gap]) => `${name}${gap}.${line.trimStart()}`),
          ),
        )
        .map((lines) => lines.join(end)),
    );
const file = eol.chain((end) =>
  fc
    .tuple(
      fc.constantFrom('', '\ufeff'),
      fc.oneof(fc.constant(''), inline('s'), dotted('s', end)),
      fc.array(comment, { maxLength: 3 }),
      section('t', end),
      section('u', end),
      fc.boolean(),
    )
    .map(([mark, first, comments, second, third, whole]) => {
      const text = mark + [first, ...comments, second, third].join(end);
      return whole ? text : text.trimEnd();
    }),
);
const change = fc.tuple(
  fc.constantFrom('s', 't', 'u', 'v'),
  fc.oneof(
    fc.boolean().map((set): [string, Value] => ['enabled', set]),
    fc
      .array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 3 })
      .map((set): [string, Value] => ['channels', set]),
    fc.string({ unit: 'grapheme' }).map((set): [string, Value] => ['name', set]),
    fc
      .oneof(fc.integer(), fc.constantFrom(1e20, -(2 ** 60), 1e-7), fc.double({ noNaN: true, noDefaultInfinity: true }))
      .map((set): [string, Value] => ['level', set]),
  ),
);

const bare = (text: string) => text.replace(/^\ufeff/, '');
const comments = (text: string) => parseTOML(bare(text)).comments.map(({ value }) => value);

test('whatever is changed, all else says the same, and every comment is still there', (t) => {
  fc.assert(
    fc.property(file, fc.array(change, { minLength: 1, maxLength: 4 }), (text, all) => {
      const changes = Object.fromEntries(all.map(([section, [key, set]]) => [`${section}.${key}`, set]));
      const edited = editToml(text, changes);
      const [was, is] = [parse(bare(text)), parse(bare(edited))] as Record<string, Record<string, unknown>>[];
      for (const [name, set] of Object.entries(changes)) {
        const [section = '', key = ''] = name.split('.');
        t.deepEqual(is?.[section]?.[key], Object.is(set, -0) ? 0 : set);
        delete is?.[section]?.[key];
        delete was?.[section]?.[key];
        if (was && is && !was[section] && Object.keys(is[section] ?? {}).length === 0) delete is[section];
      }
      t.deepEqual(is, was);
      t.deepEqual(comments(edited), comments(text));
      t.is(edited.startsWith('\ufeff'), text.startsWith('\ufeff'));
      t.is(/(?<!\r)\n/.test(edited), /(?<!\r)\n/.test(text) || !text.includes('\n'));
    }),
    { numRuns: 1000 },
  );
});

test('tables of a list are replaced wherever they stand, and all else says the same', (t) => {
  const table = (end: string) => pairs(end).map((lines) => ['[[ "list" ]]', ...lines, ''].join(end));
  const all = eol.chain((end) =>
    fc.tuple(
      section('t', end),
      fc.array(table(end), { maxLength: 3 }),
      section('u', end),
      fc.array(table(end), { maxLength: 2 }),
    ),
  );
  const tables = fc.array(fc.record({ url: fc.string({ unit: 'grapheme' }), on: fc.boolean() }), { maxLength: 3 });
  fc.assert(
    fc.property(all, tables, ([first, before, second, behind], list) => {
      const text = [first, ...before, second, ...behind].join('');
      const edited = editToml(text, { list });
      const [was, is] = [parse(text), parse(edited)] as Record<string, unknown>[];
      t.deepEqual(JSON.parse(JSON.stringify(is?.list ?? [])), list);
      delete was?.list;
      delete is?.list;
      t.deepEqual(is, was);
      t.is(editToml(edited, { list }), edited);
    }),
    { numRuns: 300 },
  );
});
