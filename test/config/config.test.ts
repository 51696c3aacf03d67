import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { ConfigError, keysOf, loadConfig, parseConfig } from '../../src/config/config.ts';
import { exampleConfig } from '../../src/config/example.ts';
import { type PushConfig, pushSchema } from '../../src/config/push-schema.ts';
import { type Config, configSchema } from '../../src/config/schema.ts';

const EXAMPLE = new URL('../../boardfeed.example.toml', import.meta.url);

function faultsOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  throw new Error('no fault was found');
}

test('the example file is what the schema says (write it anew with: boardfeed example-config)', (t) => {
  t.is(readFileSync(EXAMPLE, 'utf8'), exampleConfig());
});

test('the example file with every key switched on is the defaults', (t) => {
  const switchedOn = exampleConfig().replace(/^# (\w+ = |\[\[\w+\]\]$)/gm, '$1');
  t.true(switchedOn.includes('\nbitrate_kbps = 128'));
  const { push, ...rest } = parseConfig(switchedOn, 'example');
  const { push: none, ...defaults } = configSchema.parse({});
  t.deepEqual(rest, defaults);
  t.deepEqual(none, []);
  const [{ url, password }] = push as [PushConfig];
  t.deepEqual(push, [pushSchema.parse({ url, password })]);
});

test('every key has help and says what it expects', (t) => {
  for (const section of Object.keys(configSchema.shape) as (keyof Config)[]) {
    for (const [key, meta] of keysOf(section)) {
      t.regex(meta.help, /^[A-Z].*\.$/s, `${section}.${key}`);
      t.true(meta.expects.length > 3, `${section}.${key}`);
    }
  }
});

test('all wrong and unknown keys are named at once, with what is expected', (t) => {
  const toml = `foo = 1
    [input]
    period_ms = "ten"
    chanels = [1]
    channels = [0, "x"]
    [mp3]
    bitrate_kbps = 99
    [http]
    port = 70000`;
  t.deepEqual([...faultsOf(() => parseConfig(toml, 'b.toml'))].sort(), [
    `b.toml: foo: no such key; expected one of ${Object.keys(configSchema.shape).join(', ')}`,
    'b.toml: http.port = 70000: expected a whole number from 1 to 65535',
    'b.toml: input.chanels: no such key; expected one of source, device, rate_hz, channels, period_ms, buffer_ms',
    'b.toml: input.channels = [0,"x"]: expected one or two channel numbers from 1 to 64, such as [1, 2]',
    'b.toml: input.period_ms = "ten": expected a whole number of ms from 2 to 100',
    'b.toml: mp3.bitrate_kbps = 99: expected one of 64, 80, 96, 112, 128, 160, 192, 224, 256, 320 kbit/s',
  ]);
});

for (const [what, toml, expected] of [
  ['a value where a section belongs', 'input = 1', /^t: input = 1: expected a table of keys$/],
  ['a syntax error', '[input\nx', /^t, line 1, column \d+: /],
  [
    'a buffer of less than two periods',
    '[input]\nperiod_ms = 100\nbuffer_ms = 150',
    /buffer_ms = 150: expected at least twice/,
  ],
  ['the same channel twice', '[input]\nchannels = [2, 2]', /for one, write \[2\]/],
  [
    'no format at all',
    '[mp3]\nenabled = false\n[opus]\nenabled = false\n[flac]\nenabled = false\n[wav]\nenabled = false',
    /expected at least one format/,
  ],
  ['a control character in the name', '[station]\nname = "a\\u0007b"', /station\.name/],
  ['an unknown source', '[input]\nsource = "usb"', /expected "auto", "alsa", "demo" or "file:PATH"/],
  [
    'a hash that nobody could check',
    '[http]\nadmin_password = "$scrypt$ln=20,r=8,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA"',
    /^t: http\.admin_password = \(not shown\): would take 1024 MiB of memory to check; at most 128; expected a text/,
  ],
  [
    'a password that is no text',
    '[listeners]\npassword = 1234',
    /^t: listeners\.password = \(not shown\): expected a text of 1 to 256/,
  ],
  ['a certificate without a key', '[tls]\ncertificate = "/x"', /expected both or none/],
  [
    'TLS at the port of HTTP',
    '[tls]\ncertificate = "/x"\nkey = "/y"\nport = 8000',
    /expected another port than http\.port/,
  ],
  ['an LED whose name is a way elsewhere', '[led]\nname = "../x"', /^t: led\.name = "\.\.\/x": expected a name as in/],
  [
    'LED and button on the same pin',
    '[led]\npin = 3\n[button]\nenabled = true',
    /^t: button\.pin = 3: expected another/,
  ],
  ['not a number', '[programme]\ngrace_s = nan', /grace_s/],
] as const) {
  test(`refused: ${what}`, (t) => {
    const faults = faultsOf(() => parseConfig(toml, 't'));
    t.is(faults.length, 1);
    t.regex(faults[0] ?? '', expected);
  });
}

test('the command line goes above the file and is checked like it', (t) => {
  const config = parseConfig('[http]\nport = 9000\nhost = "::1"', 't', { http: { port: 9001 } });
  t.is(config.http.port, 9001);
  t.is(config.http.host, '::1');
  t.deepEqual(
    faultsOf(() => parseConfig('', 't', { http: { port: 'x' } })),
    ['command line: http.port = "x": expected a whole number from 1 to 65535'],
  );
});

test('the first file that exists is read; a named one must exist', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'boardfeed-'));
  const [absent, present] = [join(directory, 'absent.toml'), join(directory, 'present.toml')];
  writeFileSync(present, '[http]\nport = 9002');
  const { config, path } = loadConfig(undefined, {}, [absent, present]);
  t.is(config.http.port, 9002);
  t.is(path, present);
  t.is(loadConfig(undefined, {}, [absent]).config.http.port, 8000);
  t.regex(faultsOf(() => loadConfig(absent))[0] ?? '', /absent\.toml: cannot be read/);
  t.regex(faultsOf(() => loadConfig(directory))[0] ?? '', /cannot be read/);
});

test('LED and button may have the same number on different chips, or when one of them is not on a pin', (t) => {
  for (const led of ['chip = "9030000.pl061"\npin = 3', 'kind = "kernel"\npin = 3', 'kind = "off"\npin = 3']) {
    t.is(parseConfig(`[led]\n${led}\n[button]\nenabled = true`, 't').button.pin, 3, led);
  }
  t.is(parseConfig('[led]\npin = 3', 't').led.pin, 3);
});
