import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { ConfigError, type Overrides } from '../../src/config/config.ts';
import { ConfigFile } from '../../src/config/config-file.ts';
import type { Config } from '../../src/config/schema.ts';
import { SETTINGS } from '../../src/desk/setting-fields.ts';
import { DeskSettings, type Part } from '../../src/desk/settings.ts';

/** Settings of which one part takes some keys at once. */
function desk(t: ExecutionContext, toml = '', overrides: Overrides = {}, refuse?: ConfigError) {
  const directory = mkdtempSync(join(tmpdir(), 'boardfeed-desk-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'b.toml');
  writeFileSync(path, toml);
  const taken: { settings: Config; named: string[]; text: string }[] = [];
  const part: Part = {
    keys: ['mp3.bitrate_kbps', 'input.channels', 'listeners.burst_ms', 'station.title'],
    prepare: async (settings, named) => {
      if (refuse) throw refuse;
      return () => void taken.push({ settings, named: [...named], text: readFileSync(path, 'utf8') });
    },
  };
  const file = new ConfigFile(path, overrides);
  return {
    settings: new DeskSettings(file, file.load().config, [part]),
    taken,
    path,
    text: () => readFileSync(path, 'utf8'),
  };
}

test('every field says what it is and what it takes; nothing secret is among them', async (t) => {
  const { settings } = desk(t, '[mp3]\nbitrate_kbps = 96\n[http]\nadmin_password = "hidden"\n');
  const { fields, waiting, problem } = await settings.get();
  t.deepEqual([waiting, problem], [[], undefined]);
  t.deepEqual(
    fields.map(({ name }) => name),
    SETTINGS.map(({ name }) => name),
  );
  t.deepEqual(
    fields.filter(({ name }) => /password|push|tls|http/.test(name)),
    [],
  );
  const of = (name: string) => fields.find((field) => field.name === name);
  t.like(of('mp3.bitrate_kbps'), { value: 96, preset: 128, kind: 'choice', unit: 'kbit/s', effect: 'now' });
  t.is(of('mp3.bitrate_kbps')?.choices?.length, 10);
  t.like(of('listeners.stall_ms'), { value: 250, kind: 'number', unit: 'ms', min: 50, max: 10000, effect: 'restart' });
  t.like(of('input.channels'), { value: [1, 2], kind: 'channels' });
  t.like(of('flac.enabled'), { value: true, kind: 'flag' });
  t.like(of('station.name'), { value: 'Boardfeed', kind: 'text', unit: '', fixed: undefined });
  for (const { name, help, expects } of fields) t.true(help.length > 5 && expects.length > 5, name);
});

test('a change takes effect when it stands in the file; what waits for a restart is named', async (t) => {
  const { settings, taken, text } = desk(t, '# mine\n');
  const answer = await settings.change({ 'mp3.bitrate_kbps': 192, 'listeners.stall_ms': 300 });
  t.is(text(), '# mine\n\n[mp3]\nbitrate_kbps = 192\n\n[listeners]\nstall_ms = 300\n');
  t.is(taken.length, 1);
  t.is(taken[0]?.text, text());
  t.deepEqual(taken[0]?.named, ['mp3.bitrate_kbps']);
  t.deepEqual([taken[0]?.settings.mp3.bitrate_kbps, taken[0]?.settings.listeners.stall_ms], [192, 250]);
  t.deepEqual(answer.waiting, ['listeners.stall_ms']);
  t.deepEqual((await settings.change({ 'listeners.stall_ms': 250 })).waiting, []);
  t.is(taken.length, 1);
});

test('another number of channels waits, another pair does not', async (t) => {
  const { settings, taken } = desk(t);
  t.deepEqual((await settings.change({ 'input.channels': [3, 4] })).waiting, []);
  t.is(taken.length, 1);
  t.deepEqual((await settings.change({ 'input.channels': [1] })).waiting, ['input.channels']);
  t.is(taken.length, 1);
});

test('what only goes together with something that waits, waits with it', async (t) => {
  const { settings, taken } = desk(t);
  await settings.change({ 'listeners.backlog_ms': 20000 });
  const { waiting } = await settings.change({ 'listeners.burst_ms': 9000 });
  t.deepEqual(waiting, ['listeners.backlog_ms', 'listeners.burst_ms']);
  t.is(taken.length, 0);
});

test('what somebody has written by hand waits, and does not take effect by the way', async (t) => {
  const { settings, taken, path } = desk(t);
  writeFileSync(path, '[listeners]\nburst_ms = 500\n');
  const { waiting } = await settings.change({ 'mp3.bitrate_kbps': 96 });
  t.deepEqual(waiting, ['listeners.burst_ms']);
  t.deepEqual(taken[0]?.named, ['mp3.bitrate_kbps']);
  t.is(taken[0]?.settings.listeners.burst_ms, 1000);
});

for (const [what, changes, fault] of [
  ['a password', { 'http.admin_password': 'x' }, 'http.admin_password: this cannot be changed here'],
  ['a port', { 'http.port': 1 }, 'http.port: this cannot be changed here'],
  ['a push', { 'push.url': 'x' }, 'push.url: this cannot be changed here'],
  ['a whole section', { mp3: 1 }, 'mp3: this cannot be changed here'],
  ['a name that every object knows', { 'constructor.name': 'x' }, 'constructor.name: this cannot be changed here'],
  [
    'what the command line has set',
    { 'input.device': 'hw:1' },
    'input.device: this was set on the command line, which goes above the file',
  ],
] as const) {
  test(`refused: ${what}`, async (t) => {
    const { settings, taken, text } = desk(t, '', { input: { device: 'auto' } });
    const both = { 'mp3.bitrate_kbps': 96, ...changes };
    const error = await t.throwsAsync(settings.change(both), { instanceOf: ConfigError });
    t.deepEqual(error?.faults, [fault]);
    t.is(text(), '');
    t.deepEqual(taken, []);
  });
}

test('what a part cannot have is refused, and nothing is written', async (t) => {
  const { settings, taken, text } = desk(t, '', {}, new ConfigError(['no such file']));
  const error = await t.throwsAsync(settings.change({ 'mp3.bitrate_kbps': 96 }), { instanceOf: ConfigError });
  t.deepEqual(error?.faults, ['no such file']);
  t.deepEqual([text(), taken], ['', []]);
});

test('what the command line has set is marked, with the value that counts', async (t) => {
  const { settings } = desk(t, '[input]\ndevice = "hw:2"\n', { input: { device: 'hw:1' } });
  const { fields, waiting } = await settings.get();
  t.like(
    fields.find(({ name }) => name === 'input.device'),
    { value: 'hw:1', fixed: true },
  );
  t.deepEqual(waiting, []);
});

test('a file that has been spoilt says so, and what the box goes by is shown', async (t) => {
  const { settings, path } = desk(t, '[mp3]\nbitrate_kbps = 96\n');
  writeFileSync(path, '[mp3]\nbitrate_kbps = 97\n');
  const { problem, fields } = await settings.get();
  t.regex(problem ?? '', /^mp3\.bitrate_kbps = 97: expected one of/);
  t.is(fields.find(({ name }) => name === 'mp3.bitrate_kbps')?.value, 96);
  const { problem: none } = await settings.change({ 'mp3.bitrate_kbps': 112 });
  t.is(none, undefined);
});
