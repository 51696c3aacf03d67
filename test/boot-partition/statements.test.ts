import test from 'ava';
import fc from 'fast-check';
import { parse } from 'smol-toml';
import { MAX_UNREADABLE, type Statement, statementsOf } from '../../src/boot-partition/statements.ts';
import { exampleConfig } from '../../src/config/example.ts';

/** What is said, in short. */
function short(text: string): unknown[] | undefined {
  return statementsOf(text)?.map((one: Statement) => {
    if (one.kind === 'head') return [one.line, one.isList ? `[[${one.names}]]` : `[${one.names}]`];
    if (one.kind === 'pair') return [one.line, JSON.parse(JSON.stringify(one.data))];
    return [one.line, one.isHead ? 'bad section' : one.key, one.words];
  });
}

for (const [what, text, expected] of [
  ['nothing', '', []],
  ['comments', '# a\n  # [b]\n\n\t\n#', []],
  [
    'sections and keys',
    '[a]\nb = 1\n\n[[c]]\nd = "x" # y\n',
    [
      [1, '[a]'],
      [2, { b: 1 }],
      [4, '[[c]]'],
      [5, { d: 'x' }],
    ],
  ],
  [
    'names with dots and quotes',
    '[a."b c"]\nd.e = true\n"f" = 2',
    [
      [1, '[a,b c]'],
      [2, { d: { e: true } }],
      [3, { f: 2 }],
    ],
  ],
  [
    'CRLF',
    '[a]\r\nb = 1\r\n# c\r\nd = 2',
    [
      [1, '[a]'],
      [2, { b: 1 }],
      [4, { d: 2 }],
    ],
  ],
  [
    'CR alone',
    '[a]\rb = 1\rc = [\r2]\rd = 3',
    [
      [1, '[a]'],
      [2, { b: 1 }],
      [3, { c: [2] }],
      [5, { d: 3 }],
    ],
  ],
  [
    'a list over several lines',
    'a = [ # x ]\n  1, # "\n  2\n]\nb = 1',
    [
      [1, { a: [1, 2] }],
      [5, { b: 1 }],
    ],
  ],
  [
    'a text over several lines',
    'a = """\n[b]\nc = "1\n"""\nd = 1',
    [
      [1, { a: '[b]\nc = "1\n' }],
      [5, { d: 1 }],
    ],
  ],
  [
    'one in single quotes',
    "a = '''\n\\''''\nd = 1",
    [
      [1, { a: "\\'" }],
      [3, { d: 1 }],
    ],
  ],
  [
    'five quotes at the end',
    'a = """b"""""\nd = 1',
    [
      [1, { a: 'b""' }],
      [2, { d: 1 }],
    ],
  ],
  [
    'signs in a text',
    'a = "# \\" ] = [" # c\nb = \'\\\'',
    [
      [1, { a: '# " ] = [' }],
      [2, { b: '\\' }],
    ],
  ],
  ['a table in one line', 'a = { b = 1, c = "}" }', [[1, { a: { b: 1, c: '}' } }]]],
] as [string, string, unknown[]][]) {
  test(`it is taken apart: ${what}`, (t) => {
    t.deepEqual(short(text), expected);
  });
}

for (const [line, key, words] of [
  ['name Hall', 'name Hall', /expected a name, "=" and a value/],
  ['name: "Hall"', 'name', /expected a name, "=" and a value/],
  ['name =', 'name', /nothing behind the "="/],
  ['name = # Hall', 'name', /nothing behind the "="/],
  ['name = Hall', 'name', /must stand in quotes/],
  ['name = “Hall”', 'name', /straight quotes/],
  ['name = „Hall“', 'name', /straight quotes/],
  ['name = "Hall', 'name', /quote at its end is missing/],
  ["name = 'Hall", 'name', /quote at its end is missing/],
  ['name = """Hall', 'name', /quote at its end is missing/],
  ['name = "a\\pb"', 'name', /backslash must stand twice/],
  ['name = "a" b', 'name', /nothing behind the value/],
  ['name = "a" "b"', 'name', /nothing behind the value/],
  ['dns = ["a"', 'dns', /"\]" at its end is missing/],
  ['dns = [', 'dns', /"\]" at its end is missing/],
  ['hidden = True', 'hidden', /small letters/],
  ['grace_s = 1,5', 'grace_s', /point instead of the comma/],
  ['port = 80a', 'port', /must stand in quotes/],
  ['port = 080', 'port', /cannot be read/],
  ['my name = "Hall"', 'my name', /before the "="/],
  ['größe = 1', 'größe', /before the "="/],
  ['= 1', '', /before the "="/],
  ['\u0001', '\u0001', /expected a name/],
] as const) {
  test(`what cannot be read costs nothing but itself: ${JSON.stringify(line)}`, (t) => {
    const said = short(`[a]\nb = 1\n${line}\nc = 2\n[d]\ne = "f"\n`) as [number, unknown, string?][];
    t.deepEqual(
      said.map(([at]) => at),
      [1, 2, 3, 4, 5, 6],
    );
    t.is(said[2]?.[1], key);
    t.regex(said[2]?.[2] ?? '', words);
    t.deepEqual(
      [said[3], said[5]],
      [
        [4, { c: 2 }],
        [6, { e: 'f' }],
      ],
    );
    t.false(said[2]?.[2]?.includes('Hall'), 'it may be a password');
  });
}

for (const [line, expected] of [
  ['[a', 'bad section'],
  ['[]', 'bad section'],
  ['[a] b', 'bad section'],
  ['[[a]', 'bad section'],
  ['[a b]', 'bad section'],
] as const) {
  test(`no section: ${line}`, (t) => {
    const said = short(`${line}\nc = 2\n[d]\n`) as [number, unknown][];
    t.deepEqual(
      said.map(([, what]) => what),
      [expected, { c: 2 }, '[d]'],
    );
  });
}

test('a list that is never closed ends before the next section, or the next key, or with the file', (t) => {
  const ends = (rest: string) =>
    (short(`a = [\n  "x",\n${rest}`) as [number, unknown][]).map(([line, what]) => [line, what]);
  t.deepEqual(ends('[b]\nc = 1'), [
    [1, 'a'],
    [3, '[b]'],
    [4, { c: 1 }],
  ]);
  t.deepEqual(ends('[[b]] # x\nc = 1'), [
    [1, 'a'],
    [3, '[[b]]'],
    [4, { c: 1 }],
  ]);
  t.deepEqual(ends('c = 1\n'), [
    [1, 'a'],
    [3, { c: 1 }],
  ]);
  t.deepEqual(ends('c.d=1\n'), [
    [1, 'a'],
    [3, { c: { d: 1 } }],
  ]);
  t.deepEqual(ends('  "y"\n'), [[1, 'a']]);
  t.deepEqual(ends('  "y=",\n]\nc = 1'), [
    [1, { a: ['x', 'y='] }],
    [5, { c: 1 }],
  ]);
});

test('a table that is never closed ends before the next section, or with the file', (t) => {
  t.deepEqual(short('a = { b = 1\nc = 1\n[d]'), [
    [1, 'a', 'the "}" at its end is missing'],
    [3, '[d]'],
  ]);
  t.deepEqual(short('a = { b = 1,\nc = 1 }\nd = 1'), [
    [1, { a: { b: 1, c: 1 } }],
    [3, { d: 1 }],
  ]);
});

test('a text in triple quotes that is never closed costs its first line', (t) => {
  t.deepEqual(
    (short('a = """\nb = 1\n[c]\n') as unknown[][]).map(([line]) => line),
    [1, 2, 3],
  );
});

test('with too much that cannot be read it is no settings file', (t) => {
  const bad = (lines: number) => statementsOf(`[a]\nb = 1\n${'x\n'.repeat(lines)}`);
  t.is(bad(MAX_UNREADABLE)?.length, MAX_UNREADABLE + 2);
  t.is(bad(MAX_UNREADABLE + 1), undefined);
});

test('the example file says what it says', (t) => {
  const text = exampleConfig().replaceAll(/^# (?=\[\[\w+\]\]$|[a-z_]+ = )/gm, '');
  const data: Record<string, unknown> = {};
  let name = '';
  for (const one of statementsOf(text) ?? []) {
    if (one.kind === 'unreadable') t.fail(`line ${one.line}: ${one.words}`);
    else if (one.kind === 'head') {
      name = one.names[0] ?? '';
      data[name] = one.isList ? [{}] : {};
    } else {
      const table = data[name];
      Object.assign((Array.isArray(table) ? table[0] : table) as object, one.data);
    }
  }
  t.deepEqual(data, JSON.parse(JSON.stringify(parse(text))));
});

test('whatever stands there: it comes to an end, and lines are in order and within the text', (t) => {
  const pieces = fc.constantFrom(
    '"',
    "'",
    '"""',
    "'''",
    '[',
    ']',
    '{',
    '}',
    '=',
    '#',
    '\\',
    '\n',
    '\r\n',
    '\r',
    ' ',
    'a',
    '1',
    ',',
    '.',
    'ü',
  );
  fc.assert(
    fc.property(fc.string({ unit: fc.oneof(pieces, fc.string({ maxLength: 3 })), maxLength: 60 }), (text) => {
      const said = statementsOf(text) ?? [];
      const count = text.split(/\r\n|\r|\n/).length;
      let last = 0;
      for (const one of said) {
        t.true(one.line > last && one.line <= count);
        last = one.line;
        if (one.kind === 'pair') t.deepEqual(parse(text.slice(one.from, one.to).replaceAll(/\r\n?/g, '\n')), one.data);
      }
    }),
    { numRuns: 3000 },
  );
});

test('64 KiB of the worst are read in a moment', (t) => {
  for (const line of ['"""', "a = '''", 'a = [', '[', 'a = "', '{', '\\']) {
    const startMs = performance.now();
    statementsOf(`${line}\n`.repeat(Math.floor(65_536 / (line.length + 1))));
    statementsOf(line.repeat(Math.floor(65_536 / line.length)));
    t.true(performance.now() - startMs < 3000, line);
  }
});
