import test from 'ava';
import fc from 'fast-check';
import { faultLines, MAX_TOLD } from '../../src/boot-partition/fault.ts';
import { SECTIONS } from '../../src/boot-partition/known-keys.ts';
import { nearest } from '../../src/boot-partition/nearest.ts';
import { read } from './_read.ts';
import { KEYS } from './_ssh-keys.ts';

const WIFI = '[wifi]\ncountry = "DE"\nssid = "Hall"\npassphrase = "correct horse"\n';

test('everything that is good is taken', (t) => {
  const [key] = KEYS;
  const { boot, own, pushes, faults } = read(`
[box]
name = "Hall-3"
${WIFI}hidden = true
[network]
address = "192.168.1.20/24"
gateway = "192.168.1.1"
dns = ["192.168.1.1", "fd00::1"]
[ssh]
key = '${key}'
[http]
port = 80
admin_password = "secret"
[input]
channels = [3, 4]
[[push]]
url = "http://a.example/m"
password = "p"
[[push]]
url = "http://b.example/m"
password = "q"
format = "opus"
`);
  t.deepEqual(faults, []);
  t.deepEqual(boot, {
    box: { name: 'Hall-3' },
    wifi: { country: 'DE', ssid: 'Hall', passphrase: 'correct horse', hidden: true },
    network: { address: '192.168.1.20/24', gateway: '192.168.1.1', dns: ['192.168.1.1', 'fd00::1'] },
    ssh: { key: [key] },
  } as never);
  t.deepEqual(own, { 'http.port': 80, 'http.admin_password': 'secret', 'input.channels': [3, 4] });
  t.deepEqual(pushes, [
    { url: 'http://a.example/m', password: 'p' },
    { url: 'http://b.example/m', password: 'q', format: 'opus' },
  ]);
});

test('other ways to write the same', (t) => {
  const { boot, own, faults } = read(`
box.name = "hall"
wifi = { ssid = "a", passphrase = "" , country = "DE" }
[http]
port = 1
[mp3]
enabled = false
[http]
host = "::1"
[network]
address = "10.0.0.2/8"
dns = "10.0.0.1"
`);
  t.deepEqual(faults, []);
  t.is(boot.box.name, 'hall');
  t.deepEqual(boot.wifi, { ssid: 'a', passphrase: '', country: 'DE' });
  t.deepEqual(boot.network.dns, ['10.0.0.1']);
  t.deepEqual(own, { 'http.port': 1, 'mp3.enabled': false, 'http.host': '::1' });
});

for (const [what, text, ...expected] of [
  [
    'an unknown key with a near name',
    '[mp3]\nbitrat_kbps = 128',
    /^line 2: mp3\.bitrat_kbps: no such key; did you mean bitrate_kbps\?$/,
  ],
  ['another name for it', '[wifi]\npsk = "x"', /^line 2: wifi\.psk: no such key; did you mean passphrase\?$/],
  ['capitals', '[mp3]\nEnabled = true', /did you mean enabled\?$/],
  ['a key of another section', '[http]\nssid = "x"', /^line 2: http\.ssid: no such key; it belongs below \[wifi\]$/],
  [
    'a key of nowhere',
    '[mp3]\ncolour = 1',
    /^line 2: mp3\.colour: no such key; expected one of enabled, bitrate_kbps$/,
  ],
  [
    'a near section',
    '[wlan]\nssid = "x"\n[wify]\nx = 1\n[colour]',
    /^line 1: \[wlan\]: no such section; did you mean \[wifi\]\?/,
    /^line 3: \[wify\]: no such section; did you mean \[wifi\]\?; what stands below it is left out$/,
    /^line 5: \[colour\]: no such section; expected one of \[box\], \[wifi\],/,
  ],
  ['a section in a section', '[wifi.home]\nssid = "x"', /^line 1: \[wifi\.home\]: no such section; /],
  [
    'single brackets',
    '[push]\nurl = "x"',
    /^line 1: \[push\]: expected \[\[push\]\]; what stands below it is left out$/,
  ],
  ['double brackets', '[[wifi]]\nssid = "x"', /^line 1: \[\[wifi\]\]: expected \[wifi\]; /],
  [
    'a broken section',
    '[wifi\nssid = "x"\nx\n[mp3]\nenabled = 1',
    /^line 1: expected a section such as \[wifi\]; what stands below is left out until the next section$/,
    /^line 5: mp3\.enabled = 1: expected true or false$/,
  ],
  ['a key without a section', 'ssid = "x"', /^line 1: ssid: \[wifi\] must stand in a line above it$/],
  ['a word without a section', 'colour = "x"', /^line 1: colour: there is no \[section\] above it; expected one of/],
  ['a section that is a value', 'http = 80', /^line 1: http: expected a section: \[http\]$/],
  [
    'a key twice',
    '[mp3]\nenabled = true\nenabled = false',
    /^line 3: mp3\.enabled stands in line 2 already, and that one counts$/,
  ],
  [
    'a value of another kind',
    '[http]\nport = "80"',
    /^line 2: http\.port = "80": expected a whole number from 1 to 65535$/,
  ],
  ['no value at all', '[http]\nport = nan', /^line 2: http\.port = NaN: expected a whole number/],
  ['a date', '[box]\nname = 2026-11-29', /^line 2: box\.name = "2026-11-29.*": expected a name of letters/],
  ['a table for a value', '[http]\nport.number = 80', /^line 2: http\.port = \{"number":80\}: expected a whole number/],
  [
    'a name of the box with a space',
    '[box]\nname = "Hall 3"',
    /^line 2: box\.name = "Hall 3": expected a name of letters a to z, digits and hyphens/,
  ],
  [
    'a password that is none',
    '[http]\nadmin_password = "$scrypt$hunter2"',
    /^line 2: http\.admin_password = \(not shown\): a hash must be/,
  ],
  [
    'a password that is too long',
    `[http]\nadmin_password = "${'hunter2'.repeat(50)}"`,
    /^line 2: http\.admin_password = \(not shown\): must be 1 to 256/,
  ],
  [
    'an unclosed password',
    '[http]\nadmin_password = "hunter2',
    /^line 2: admin_password: the quote at its end is missing$/,
  ],
  [
    'a password on two lines',
    '[http]\nadmin_password = "\nhunter2"',
    /^line 2: admin_password: the quote/,
    /^line 3: expected a name, "=" and a value$/,
  ],
  ['a password without anything', '[http]\nhunter2 secret', /^line 2: expected a name, "=" and a value$/],
  [
    'an address with a password',
    '[station]\nurl = "ftp://me:hunter2@x/"',
    /^line 2: station\.url = "ftp:\/\/…@x\/": expected an address/,
  ],
  [
    'a whole section in one list',
    'push = [{ url = "x" }]',
    /^line 1: push\[1\]\.url = "x": expected an address with a mount/,
    /^line 1: push\[1\]: is left out: url cannot be taken; password is missing, expected a text of 1 to 200/,
  ],
  [
    'a server without a password',
    '[[push]]\nurl = "http://a/m"',
    /^line 1: push\[1\]: is left out: password is missing/,
  ],
  [
    'a private SSH key',
    "[ssh]\nkey = '''\n-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2\n'''",
    /^line 2: ssh\.key = \(not shown\): that is a private key/,
  ],
  [
    'one bad SSH key of two',
    `[ssh]\nkey = [\n'${KEYS[0]}',\n"hunter2"\n]`,
    /^line 2: ssh\.key\[2\] = \(not shown\): it does not begin with a kind of key/,
  ],
  [
    'too many name servers',
    '[network]\naddress="10.0.0.2/8"\ndns = ["10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.1"]',
    /^line 3: network\.dns: a list of 4; expected/,
  ],
] as [string, string, ...RegExp[]][]) {
  test(`said by name: ${what}`, (t) => {
    const { faults } = read(text);
    t.is(faults.length, expected.length, faults.join('\n'));
    for (const [index, words] of expected.entries()) t.regex(faults[index] ?? '', words);
    t.notRegex(faults.join('\n'), /hunter2/, 'it is a secret');
  });
}

test('names that a box may have', (t) => {
  for (const good of ['a', 'Hall', 'hall-3', '3hall', 'x'.repeat(63), 'boardfeed'])
    t.is(read(`[box]\nname = "${good}"`).boot.box.name, good);
  for (const bad of [
    '',
    '-a',
    'a-',
    'a.b',
    'hall.local',
    'ä',
    'a_b',
    '42',
    '4-2',
    'x'.repeat(64),
    'localhost',
    'LocalHost',
    'a\\n',
    'a b',
  ]) {
    const { boot, faults } = read(`[box]\nname = "${bad}"`);
    t.deepEqual(boot.box, {}, bad);
    t.is(faults.length, 1);
  }
});

test('names and passwords that a Wi-Fi may have', (t) => {
  const taken = (ssid: string, passphrase: string) =>
    read(`[wifi]\ncountry="DE"\nssid='${ssid}'\npassphrase='${passphrase}'`).boot.wifi.ssid !== undefined;
  for (const passphrase of ['', '8letters', 'x'.repeat(63), 'a1'.repeat(32), '\\ "quoted"', 'passwört'])
    t.true(taken('a', passphrase), passphrase);
  for (const passphrase of ['7letter', 'x'.repeat(64), 'ü'.repeat(32), 'g'.repeat(65)])
    t.false(taken('a', passphrase), passphrase);
  for (const ssid of [' a ', 'x'.repeat(32), 'ü'.repeat(16), '🎻']) t.true(taken(ssid, ''), ssid);
  for (const ssid of ['', 'x'.repeat(33), 'ü'.repeat(17), 'a\tb']) t.false(taken(ssid, ''), ssid);
});

for (const [what, rest, off] of [
  [
    'without a password',
    'ssid = "a"\ncountry = "DE"',
    /^line 1: \[wifi\]: the Wi-Fi stays off: passphrase is missing, expected a text of 8/,
  ],
  ['without a name', 'passphrase = ""\ncountry = "DE"', /^line 1: \[wifi\]: the Wi-Fi stays off: ssid is missing/],
  [
    'with a password that is too short',
    'ssid = "a"\ncountry = "DE"\npassphrase = "short"',
    /^line 1: \[wifi\]: the Wi-Fi stays off: passphrase cannot be taken$/,
  ],
  [
    'with a password that cannot be read',
    'ssid = "a"\ncountry = "DE"\npassphrase = "unclosed',
    /^line 1: \[wifi\]: the Wi-Fi stays off: passphrase cannot be taken$/,
  ],
] as const) {
  test(`a Wi-Fi ${what} stays off, and does not become an open one`, (t) => {
    const { boot, faults } = read(`[wifi]\n${rest}`);
    t.deepEqual(boot.wifi, {});
    t.regex(faults[0] ?? '', off);
  });
}

test('a Wi-Fi without a country is used, and that is said; the United Kingdom has another name', (t) => {
  const { boot, faults } = read('[wifi]\nssid = "a"\npassphrase = ""');
  t.deepEqual(boot.wifi, { ssid: 'a', passphrase: '' });
  t.regex(
    faults.join('\n'),
    /^line 1: \[wifi\]: country is missing, expected two letters such as "DE"; only what is allowed/,
  );
  t.regex(
    read('[wifi]\ncountry = "uk"').faults.join('\n'),
    /line 2: wifi\.country = "uk": the United Kingdom is "GB"; expected/,
  );
});

test('a section of nothing but comments is no Wi-Fi and no fault', (t) => {
  const { boot, faults } = read('[wifi]\n#ssid = "a"\n[network]\n[ssh]\n');
  t.deepEqual([boot.wifi, boot.network, boot.ssh, faults], [{}, {}, {}, []] as never);
});

for (const [what, text, address, expected] of [
  [
    'a router elsewhere',
    'address = "192.168.1.20/24"\ngateway = "192.168.2.1"',
    true,
    /^line 3: network\.gateway = "192\.168\.2\.1": expected an address in the network of 192\.168\.1\.20\/24$/,
  ],
  [
    'a router without an address',
    'gateway = "192.168.1.1"',
    false,
    /^line 2: network\.gateway = .*: expected only together with an address$/,
  ],
  [
    'name servers without an address',
    'dns = ["192.168.1.1"]',
    false,
    /^line 2: network\.dns = .*: expected only together with an address$/,
  ],
  [
    'an address without its length',
    'address = "192.168.1.20"',
    false,
    /^line 2: network\.address = "192\.168\.1\.20": the length of its network is missing; expected an address/,
  ],
  [
    'an interface that is none',
    'address = "10.0.0.2/8"\ninterface = "wlan"',
    false,
    /^line 2: network\.address = .*: it is not clear to which interface it belongs$/,
  ],
  [
    'the Wi-Fi, which is off',
    'address = "10.0.0.2/8"\ninterface = "wifi"',
    false,
    /^line 2: network\.address = .*: the Wi-Fi, to which it belongs, is off$/,
  ],
  [
    'a name server that is none',
    'address = "10.0.0.2/8"\ndns = ["10.0.0.1", "router"]',
    true,
    /^line 3: network\.dns\[2\] = "router": that is no address/,
  ],
] as [string, string, boolean, RegExp][]) {
  test(`a fixed address that does not fit together: ${what}`, (t) => {
    const { boot, faults } = read(`[network]\n${text}`);
    t.is(boot.network.address !== undefined, address);
    t.regex(faults[0] ?? '', expected);
  });
}

test('keys that would be too many servers are refused by name', (t) => {
  const { pushes, faults } = read(
    Array.from({ length: 10 }, (_, index) => `[[push]]\nurl = "http://a/${index}"\npassword = "p"\n`).join(''),
  );
  t.is(pushes.length, 8);
  t.deepEqual(faults, [
    'line 25: push[9]: expected 8 of them at most',
    'line 28: push[10]: expected 8 of them at most',
  ]);
});

test('of a server, a key that is no good costs only itself', (t) => {
  const { pushes, faults } = read('[[push]]\nurl = "http://a/m"\npassword = "p"\nformat = "wav"\n');
  t.deepEqual(pushes, [{ url: 'http://a/m', password: 'p' }]);
  t.regex(faults.join('\n'), /^line 4: push\[1\]\.format = "wav": expected one of/);
});

test('many faults are told up to a bound, each in one line of a bounded length', (t) => {
  const { faults } = read(`[mp3]\n${Array.from({ length: 70 }, (_, index) => `colour${index} = 1\n`).join('')}`);
  t.is(faults.length, MAX_TOLD + 1);
  t.is(faults.at(-1), 'and 20 more');
  const [line = ''] = faultLines([{ line: 1, words: `a\nb\r\u2028\u202e${'x'.repeat(1000)}` }]);
  t.regex(line, /^line 1: a�b���x+…$/);
  t.is([...line].length, 301);
});

test('every key of every section has words for people', (t) => {
  for (const { name, keys } of SECTIONS.values()) {
    for (const [key, { meta }] of keys) {
      t.regex(meta.help, /^[A-Z"].*\.$/, `${name}.${key}`);
      t.true(meta.expects.length > 5, `${name}.${key}`);
    }
  }
});

test('the nearest word', (t) => {
  const words = ['ssid', 'passphrase', 'country', 'hidden', 'url', 'dns'];
  for (const [typed, expected] of [
    ['sssid', 'ssid'],
    ['sdsid', 'ssid'],
    ['SSID', 'ssid'],
    ['passphrse', 'passphrase'],
    ['pasphrsae', 'passphrase'],
    ['contry', 'country'],
    ['uri', 'url'],
    ['dsn', 'dns'],
    ['password', undefined],
    ['x', undefined],
    ['', undefined],
    ['ssssssssssid', undefined],
  ] as const) {
    t.is(nearest(typed, words), expected, typed);
  }
});

test('whatever stands in the file, nothing throws, and what is good in it is taken', (t) => {
  const line = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll(/[\r\n"'[{]/g, '')),
    fc.constantFrom(
      '[wlan',
      'x = [1, 2]',
      'port = "a"',
      '[[wifi]]',
      '[http]',
      'passphrase = 1',
      'key = []',
      'a.b.c = {}',
    ),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), fc.array(line, { maxLength: 20 }), (before, after) => {
      const { boot } = read([...before, WIFI, ...after].join('\n'));
      // What stands before may have a Wi-Fi of its own.
      t.true(boot.wifi.ssid === 'Hall' || before.some((one) => one.includes('=')));
    }),
  );
});
