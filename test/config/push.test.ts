import test from 'ava';
import { ConfigError, parseConfig } from '../../src/config/config.ts';

const GOOD = 'url = "http://radio.example:8000/live.mp3"\npassword = "hackme"';

function faultsOf(toml: string): readonly string[] {
  try {
    parseConfig(toml, 't');
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

test('an address and a password are enough', (t) => {
  const { push } = parseConfig(`[[push]]\n${GOOD}`, 't');
  t.deepEqual(push, [
    {
      url: 'http://radio.example:8000/live.mp3',
      user: 'source',
      password: 'hackme',
      format: 'mp3',
      name: '',
      description: '',
      public: false,
      ca_file: '',
    },
  ]);
});

for (const [what, toml, expected] of [
  ['no address', 'password = "x"', /^t: push\[1\]\.url: missing; expected an address with a mount such as /],
  ['no password', 'url = "http://a/b"', /^t: push\[1\]\.password: missing; expected a text of 1 to 200 characters$/],
  [
    'no mount',
    'url = "http://a:8000/"\npassword = "x"',
    /^t: push\[1\]\.url = "http:\/\/a:8000\/": expected an address/,
  ],
  ['no mount, no slash', 'url = "http://a:8000"\npassword = "x"', /^t: push\[1\]\.url = /],
  ['another scheme', 'url = "icecast://a:8000/b"\npassword = "x"', /^t: push\[1\]\.url = /],
  ['a port that is none', 'url = "http://a:80000/b"\npassword = "x"', /^t: push\[1\]\.url = /],
  ['a query', 'url = "http://a/b?c=d"\npassword = "x"', /^t: push\[1\]\.url = /],
  [
    'a password that is too long',
    `url = "http://a/b"\npassword = "${'hackme'.repeat(50)}"`,
    /^t: push\[1\]\.password = \(not shown\): expected/,
  ],
  ['a line break in the user', `${GOOD}\nuser = "a\\nb"`, /^t: push\[1\]\.user = "a\\nb": expected a text of 1 to 100/],
  ['a colon in the user', `${GOOD}\nuser = "a:b"`, /^t: push\[1\]\.user = "a:b": expected a text of 1 to 100/],
  [
    'an unknown key',
    `${GOOD}\nurll = 1`,
    /^t: push\[1\]\.urll: no such key; expected one of url, user, password, format/,
  ],
  ['WAV', `${GOOD}\nformat = "wav"`, /^t: push\[1\]\.format = "wav": expected one of .* \(not "wav": /],
  [
    'a format that is not enabled',
    `${GOOD}\n[mp3]\nenabled = false`,
    /^t: push\[1\]\.format = "mp3": .*\(mp3\.enabled\)/,
  ],
  ['a certificate without TLS', `${GOOD}\nca_file = "/a.pem"`, /^t: push\[1\]\.ca_file = "\/a\.pem": expected "" for/],
  [
    'the same address twice',
    `${GOOD}\n[[push]]\n${GOOD.replace('radio.example', 'RADIO.example')}`,
    /^t: push\[2\]\.url = .*: expected another address than that of push\[1\]$/,
  ],
] as const) {
  test(`refused: ${what}`, (t) => {
    const faults = faultsOf(`[[push]]\n${toml}`);
    t.is(faults.length, 1, faults.join('\n'));
    t.regex(faults[0] ?? '', expected);
  });
}

for (const [what, toml] of [
  ['one table where a list belongs', `[push]\n${GOOD}`],
  ['a value where a list belongs', 'push = "hackme"'],
  ['a list of values', 'push = ["hackme"]'],
  ['too many', `[[push]]\n${GOOD}\n`.repeat(9)],
] as const) {
  test(`refused without saying what stands there: ${what}`, (t) => {
    const faults = faultsOf(toml);
    t.is(faults.length, 1);
    t.regex(faults[0] ?? '', /^t: push(\[1\])?: expected a table of keys below \[\[push\]\], 8 of them at most$/);
  });
}

test('no message repeats a password', (t) => {
  for (const toml of [
    'url = "http://source:hackme@radio.example/live"\npassword = "hackme"',
    'url = "http://a/b"\npassword = ["hackme"]',
    'url = "http://a/b"\npassword = "hackme\\n"',
  ]) {
    const faults = faultsOf(`[[push]]\n${toml}`);
    t.is(faults.length, 1);
    t.notRegex(faults.join(), /hackme/);
  }
});
