import test from 'ava';
import fc from 'fast-check';
import { faultLines } from '../../src/boot-partition/fault.ts';
import { fitTogether } from '../../src/boot-partition/fit-together.ts';
import { parseConfig } from '../../src/config/config.ts';
import { crossFaults } from '../../src/config/cross-faults.ts';
import { makeCertificate } from '../support/certificate.ts';
import { read } from './_read.ts';

/** What is taken of a text by a box with such a configuration, and what is said. */
function taken(base: string, text: string) {
  const { settings, faults } = fitTogether(parseConfig(base, 'base'), read(text).settings);
  return { names: [...settings.keys, ...settings.pushes].map(({ name }) => name), faults: faultLines(faults) };
}

for (const [what, base, text, names, ...expected] of [
  ['nothing wrong', '', '[mp3]\nenabled = false\n[opus]\ncomplexity = 3', ['mp3.enabled', 'opus.complexity']],
  [
    'good only together',
    '[input]\nbuffer_ms = 20\nperiod_ms = 5',
    '[input]\nperiod_ms = 100\nbuffer_ms = 400',
    ['input.period_ms', 'input.buffer_ms'],
  ],
  [
    'one against the box',
    '[input]\nperiod_ms = 50',
    '[input]\nbuffer_ms = 60\n[opus]\ncomplexity = 3',
    ['opus.complexity'],
    /^line 2: input\.buffer_ms = 60: expected at least twice input\.period_ms \(50\)$/,
  ],
  [
    'the one that the rule does not name',
    '[input]\nbuffer_ms = 60',
    '[input]\nperiod_ms = 50',
    [],
    /^line 2: input\.period_ms = 50: not taken, because of input\.buffer_ms = 60: expected/,
  ],
  [
    'two against each other',
    '',
    '[input]\nperiod_ms = 50\nbuffer_ms = 60',
    ['input.period_ms'],
    /^line 3: input\.buffer_ms = 60: expected at least twice/,
  ],
  [
    'all formats',
    '',
    '[mp3]\nenabled=false\n[opus]\nenabled=false\n[flac]\nenabled=false\n[wav]\nenabled=false',
    ['opus.enabled', 'flac.enabled', 'wav.enabled'],
    /^line 2: mp3\.enabled = false: not taken, because of mp3\.enabled, opus\.enabled/,
  ],
  [
    'the last format',
    '[opus]\nenabled=false\n[flac]\nenabled=false\n[wav]\nenabled=false',
    '[mp3]\nenabled=false',
    [],
    /^line 2: mp3\.enabled = false/,
  ],
  [
    'twice the same channel',
    '',
    '[input]\nchannels = [2, 2]',
    [],
    /^line 2: input\.channels = \[2, 2\]: expected two different/,
  ],
  [
    'a server twice',
    '',
    '[[push]]\nurl="http://a/m"\npassword="p"\n[[push]]\nurl="http://a/m"\npassword="p"',
    ['push[1]'],
    /^line 4: push\[2\]\.url = "http:\/\/a\/m": expected another address than that of push\[1\]$/,
  ],
  [
    'a server whose format is off',
    '',
    '[mp3]\nenabled=false\n[[push]]\nurl="http://a/m"\npassword="p"',
    ['mp3.enabled'],
    /^line 3: push\[1\]\.format = "mp3": expected a format that is enabled/,
  ],
  [
    'the numbers stay those of the file',
    '',
    '[[push]]\nurl="http://a/m"\npassword="p"\nca_file="/x"\n[[push]]\nurl="http://b/m"\npassword="p"\nca_file="/x"\n[[push]]\nurl="http://c/m"\npassword="p"',
    ['push[3]'],
    /^line 1: push\[1\]\.ca_file/,
    /^line 5: push\[2\]\.ca_file/,
  ],
  [
    "the box's own server",
    '[[push]]\nurl="http://a/m"\npassword="p"',
    '[mp3]\nenabled=false',
    [],
    /^line 2: mp3\.enabled = false: not taken, because of push\[1\]\.format/,
  ],
  [
    "the box's own server goes",
    '[[push]]\nurl="http://a/m"\npassword="p"',
    '[mp3]\nenabled=false\n[[push]]\nurl="http://a/m"\npassword="p"\nformat="opus"',
    ['mp3.enabled', 'push[1]'],
  ],
  [
    'half a certificate',
    '',
    '[tls]\ncertificate = "/x.pem"',
    [],
    /^line 2: tls\.certificate = "\/x\.pem": not taken, because of tls\.certificate, tls\.key: expected both or none$/,
  ],
  [
    'a certificate that is not there',
    '',
    '[tls]\ncertificate = "/no/x.pem"\nkey = "/no/y.pem"\n[opus]\ncomplexity = 3',
    ['opus.complexity'],
    /^line 2: tls\.certificate = "\/no\/x\.pem": cannot be read/,
    /^line 3: tls\.key = "\/no\/y\.pem": not taken/,
  ],
  [
    'the pins of lamp and button',
    '',
    '[button]\nenabled = true\npin = 17',
    ['button.enabled'],
    /^line 3: button\.pin = 17: expected another pin than led\.pin$/,
  ],
] as [string, string, string, string[], ...RegExp[]][]) {
  test(`what goes together is taken: ${what}`, (t) => {
    const result = taken(base, text);
    t.deepEqual(result.names, names);
    t.is(result.faults.length, expected.length, result.faults.join('\n'));
    for (const [index, words] of expected.entries()) t.regex(result.faults[index] ?? '', words);
  });
}

test('a good certificate is taken', (t) => {
  const { certificate, key, remove } = makeCertificate('hall');
  t.teardown(remove);
  const { names } = taken('', `[tls]\ncertificate = "${certificate}"\nkey = "${key}"`);
  t.deepEqual(names, ['tls.certificate', 'tls.key']);
});

test('whatever is wanted: what is taken has no fault, and whatever was refused has a line', (t) => {
  const enabled = (format: string) => fc.boolean().map((on) => `[${format}]\nenabled = ${on}`);
  const lines = fc.tuple(
    fc
      .subarray([1, 2, 50, 100])
      .map((all) => (all[0] === undefined ? '' : `[input]\nperiod_ms = ${Math.max(2, all[0])}`)),
    fc.integer({ min: 20, max: 300 }).map((ms) => `[input]\nbuffer_ms = ${ms}`),
    fc.integer({ min: 0, max: 10_000 }).map((ms) => `[listeners]\nburst_ms = ${ms}`),
    fc.integer({ min: 500, max: 20_000 }).map((ms) => `[listeners]\nbacklog_ms = ${ms}`),
    ...['mp3', 'opus', 'flac', 'wav'].map(enabled),
    fc
      .array(fc.constantFrom('mp3', 'opus', 'flac'), { maxLength: 3 })
      .map((formats) =>
        formats
          .map((format, index) => `[[push]]\nurl = "http://a/${index % 2}"\npassword = "p"\nformat = "${format}"`)
          .join('\n'),
      ),
  );
  fc.assert(
    fc.property(lines, (all) => {
      const base = parseConfig('', 'base');
      const { settings: wanted, faults: bad } = read(all.join('\n'));
      t.deepEqual(bad, []);
      const { settings, faults } = fitTogether(base, wanted);
      t.is(settings.keys.length + settings.pushes.length + faults.length, wanted.keys.length + wanted.pushes.length);
      const config = structuredClone(base) as unknown as Record<string, Record<string, unknown>>;
      for (const { given, value } of settings.keys) (config[given.known.section] ?? {})[given.known.key] = value;
      if (settings.pushes.length > 0)
        (config as Record<string, unknown>).push = settings.pushes.map(({ keys }) => ({ ca_file: '', ...keys }));
      t.deepEqual(crossFaults(config as never), []);
    }),
    { numRuns: 300 },
  );
});
