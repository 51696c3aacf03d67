import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { ConfigError } from '../../src/config/config.ts';
import { type Changes, ConfigFile } from '../../src/config/config-file.ts';
import { WriteProblem } from '../../src/config/replace-file.ts';

/** A configuration file, and what it says. */
function written(t: ExecutionContext, toml: string | Buffer) {
  const directory = mkdtempSync(join(tmpdir(), 'boardfeed-file-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'b.toml');
  writeFileSync(path, toml);
  return { directory, path, file: new ConfigFile(path), text: () => readFileSync(path, 'utf8') };
}

async function faultsOf(change: Promise<unknown>): Promise<readonly string[]> {
  return change.then(
    () => {
      throw new Error('it was taken');
    },
    (error: unknown) => {
      if (error instanceof ConfigError) return error.faults;
      throw error;
    },
  );
}

test('a change stands in the file, and what somebody else has written there meanwhile stays', async (t) => {
  const { file, path, text } = written(t, '[mp3] # h\nbitrate_kbps = 96\n');
  t.is(file.load().config.mp3.bitrate_kbps, 96);
  writeFileSync(path, '# by hand\n[mp3] # h\nbitrate_kbps = 96\n[opus]\ncomplexity = 3 # by hand\n');
  const config = await file.change({ 'mp3.bitrate_kbps': 192 });
  t.is(text(), '# by hand\n[mp3] # h\nbitrate_kbps = 192\n[opus]\ncomplexity = 3 # by hand\n');
  t.deepEqual([config.mp3.bitrate_kbps, config.opus.complexity], [192, 3]);
  t.deepEqual(await file.current(), config);
});

for (const [what, toml, changes, expected] of [
  ['a value out of range', '[mp3]\n', { 'mp3.bitrate_kbps': 99 }, /^mp3\.bitrate_kbps = 99: expected one of 64, /],
  ['a value of another kind', '', { 'mp3.enabled': 'yes' }, /^mp3\.enabled = "yes": expected true or false$/],
  [
    'what is no number',
    '',
    { 'listeners.max': Number.POSITIVE_INFINITY },
    /^listeners\.max = .*: expected a whole number/,
  ],
  ['a number beyond all', '', { 'listeners.max': 1e30 }, /^listeners\.max = 1e\+30: expected a whole number/],
  ['a control character', '', { 'station.name': 'a\nb' }, /^station\.name = "a\\nb": expected/],
  ['one good and one bad', '', { 'opus.complexity': 1, 'flac.bits': 17 }, /^flac\.bits = 17: expected/],
  [
    'what does not go together',
    '[input]\nperiod_ms = 100\n',
    { 'input.buffer_ms': 150 },
    /^input\.buffer_ms = 150: expected at least twice/,
  ],
  [
    'the last format',
    '[opus]\nenabled=false\n[flac]\nenabled=false\n[wav]\nenabled=false\n',
    { 'mp3.enabled': false },
    /at least one format/,
  ],
  [
    'a format that is pushed',
    '[[push]]\nurl = "http://x/m"\npassword = "hidden"\n',
    { 'mp3.enabled': false },
    /^push\[1\]\.format = "mp3": expected a format that is enabled/,
  ],
  ['a file that is no TOML', '[mp3\n', { 'mp3.enabled': false }, /^the file, line 1, column \d+: /],
  [
    'a file with another fault',
    '[opus]\ncomplexity = 11\n',
    { 'mp3.enabled': false },
    /^opus\.complexity = 11: expected/,
  ],
  ['a section that is no table', 'mp3 = 5\n', { 'mp3.enabled': false }, /^mp3 = 5: expected a table of keys/],
  ['a file that is no UTF-8', Buffer.from('# \xe9\n', 'latin1'), { 'mp3.enabled': false }, /is no UTF-8 text/],
] as [string, string | Buffer, Changes, RegExp][]) {
  test(`refused with the reason, and nothing is written: ${what}`, async (t) => {
    const { file, path } = written(t, toml);
    const [fault = '', ...others] = await faultsOf(file.change(changes));
    t.regex(fault, expected);
    t.deepEqual(others, []);
    t.deepEqual(readFileSync(path), Buffer.from(toml));
  });
}

test('a change may mend a fault that somebody has written', async (t) => {
  const { file, text } = written(t, '[opus]\ncomplexity = 11 # loud\n');
  t.is((await file.change({ 'opus.complexity': 10 })).opus.complexity, 10);
  t.is(text(), '[opus]\ncomplexity = 10 # loud\n');
});

test('whoever has to approve of it may refuse it before it is written', async (t) => {
  const { file, text } = written(t, '');
  const refuse = async () => {
    throw new ConfigError(['not now']);
  };
  t.deepEqual(await faultsOf(file.change({ 'opus.complexity': 10 }, refuse)), ['not now']);
  t.is(text(), '');
});

test('changes at the same time all come to stand in the file', async (t) => {
  const { file } = written(t, '');
  const keys = ['period_ms', 'buffer_ms', 'rate_hz'] as const;
  const values = [20, 300, 44100];
  const changes = keys.map((key, index) => file.change({ [`input.${key}`]: values[index] as number }));
  const refused = faultsOf(file.change({ 'input.rate_hz': 1 }));
  await Promise.all([...changes, refused]);
  const { input } = await file.current();
  t.deepEqual(
    keys.map((key) => input[key]),
    values,
  );
});

test('what the command line has set goes above the file', async (t) => {
  const { path, text } = written(t, '');
  const file = new ConfigFile(path, { input: { source: 'demo' } });
  const config = await file.change({ 'input.device': 'hw:1' });
  t.deepEqual([config.input.source, config.input.device], ['demo', 'hw:1']);
  t.is(text(), '[input]\ndevice = "hw:1"\n');
});

test('without a file, one is made at the first place that can be written', async (t) => {
  const { directory } = written(t, '');
  const [bad, good] = [join(directory, 'none', 'b.toml'), join(directory, 'new.toml')];
  const file = new ConfigFile(undefined, {}, [bad, good]);
  t.is(file.load().path, undefined);
  t.deepEqual(await file.place(), { file: good });
  t.is((await file.current()).mp3.bitrate_kbps, 128);
  await file.change({ 'mp3.bitrate_kbps': 96 });
  t.is(readFileSync(good, 'utf8'), '[mp3]\nbitrate_kbps = 96\n');
  t.is(file.load().path, good);
  const nowhere = new ConfigFile(undefined, {}, [bad]);
  t.regex((await nowhere.place()).problem ?? '', /no configuration file, and none can be made/);
  await t.throwsAsync(nowhere.change({ 'mp3.bitrate_kbps': 96 }), { instanceOf: WriteProblem });
});

test('a read-only file takes no change', async (t) => {
  const { file, path, text } = written(t, '# mine\n');
  chmodSync(path, 0o444);
  t.deepEqual(await file.place(), { file: path, problem: `${path} is read-only` });
  await t.throwsAsync(file.change({ 'mp3.bitrate_kbps': 96 }), { instanceOf: WriteProblem, message: /read-only/ });
  t.is(text(), '# mine\n');
});
