import test from 'ava';
import { parseConfig } from '../../src/config/config.ts';
import { DEFAULT_PORT, portsToTry } from '../../src/rescue/ports.ts';

const cases: [title: string, text: string | undefined, ports: number[]][] = [
  ['the one that is set', '[http]\nport = 80\n', [80, 8000]],
  ['with a comment behind it', '[ http ]\n  port=8080 # ours', [8080, 8000]],
  ['as a dotted key', 'http.port = 81', [81, 8000]],
  ['the default', '[http]\n# port = 80\n', [8000]],
  ['no other section has it', '[tls]\nport = 443\n[http]\nhost = "::"\n', [8000]],
  ['a file that is no TOML any more', '[http]\nport = 80\nhost = "unclosed\n[[', [80, 8000]],
  ['a port that is none', '[http]\nport = 99999\n', [8000]],
  ['port 0', '[http]\nport = 0\n', [8000]],
  ['no file: where a new box listens', undefined, [80, 8000]],
];

for (const [title, text, ports] of cases) {
  test(`where the rescue listens: ${title}`, (t) => t.deepEqual(portsToTry(text), ports));
}

test('the default port is the one of the box', (t) => {
  t.is(DEFAULT_PORT, parseConfig('', 'defaults').http.port);
});
