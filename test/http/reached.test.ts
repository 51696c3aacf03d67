import type { Socket } from 'node:net';
import test from 'ava';
import fc from 'fast-check';
import { hostOf, originAsReached, pathOf } from '../../src/http/reached.ts';

function origin(host: string | undefined, local: Partial<Socket> & { encrypted?: boolean } = {}, originalUrl = '/') {
  const socket = { localAddress: '192.0.2.7', localPort: 8000, ...local };
  return originAsReached({ headers: host === undefined ? {} : { host }, originalUrl, raw: { socket } });
}

for (const [host, expected] of [
  ['box.local:8000', 'http://box.local:8000'],
  ['Box_1.example.', 'http://Box_1.example.'],
  ['192.0.2.1:80', 'http://192.0.2.1:80'],
  ['[2001:db8::1]:8000', 'http://[2001:db8::1]:8000'],
  ['[::ffff:192.0.2.1]', 'http://[::ffff:192.0.2.1]'],
  ['box:', 'http://box'],
  ['box:08000', 'http://box:8000'],
] as const) {
  test(`what the client says: ${host}`, (t) => t.is(origin(host), expected));
}

for (const host of [
  undefined,
  '',
  ':8000',
  'box:0',
  'box:65536',
  'box:8000:1',
  'box:80a',
  'user@box',
  'user:pw@box',
  'box/path',
  'box?x',
  'box#x',
  'box x',
  'box\r\nX: y',
  'box"',
  '<b>',
  'bóx',
  '2001:db8::1',
  '[2001:db8::1',
  '[2001:db8::g]',
  '[fe80::1%25eth0]',
  '[fe80::1%eth0]',
  '[]',
  `${'a'.repeat(254)}`,
  'box,other',
]) {
  test(`what the client says is no plain host: ${String(host).slice(0, 30)}`, (t) =>
    t.is(origin(host), 'http://192.0.2.7:8000'));
}

for (const [what, local, expected] of [
  ['IPv4 in the clothes of IPv6', { localAddress: '::ffff:192.0.2.7' }, 'http://192.0.2.7:8000'],
  ['IPv6', { localAddress: '2001:db8::7' }, 'http://[2001:db8::7]:8000'],
  ['IPv6 with a zone', { localAddress: 'fe80::7%eth0' }, 'http://[fe80::7]:8000'],
  ['the usual port', { localPort: 80 }, 'http://192.0.2.7'],
  ['TLS', { localPort: 8443, encrypted: true }, 'https://192.0.2.7:8443'],
  ['the usual port of TLS', { localPort: 443, encrypted: true }, 'https://192.0.2.7'],
  ['HTTP at the usual port of TLS', { localPort: 443 }, 'http://192.0.2.7:443'],
] as const) {
  test(`where the connection came to: ${what}`, (t) => t.is(origin(undefined, local), expected));
}

test('a client that talks as to a proxy says it in the request line; Host does not count', (t) => {
  t.is(origin('other', {}, 'http://box.local:8000/stream.m3u'), 'http://box.local:8000');
  t.is(origin('other', { encrypted: true }, 'HTTP://box/'), 'https://box');
  t.is(origin('other', {}, 'http://<b>/stream.m3u'), 'http://192.0.2.7:8000');
  t.is(origin('other', {}, '/http://box/'), 'http://other');
  for (const [target, path] of [
    ['/stream?burst=0', '/stream?burst=0'],
    ['http://box:8000/stream?burst=0', '/stream?burst=0'],
    ['HTTPS://[::1]:8443', '/'],
    ['http://box?x=1', '/?x=1'],
    ['*', '*'],
  ] as const)
    t.is(pathOf(target), path);
});

test('whatever comes, it is an address and nothing else', (t) => {
  const pieces = fc.constantFrom('a', '1', '.', ':', '[', ']', '/', '%', '@', '\r\n', ' ', '<', '"', 'é', '::', 'fe80');
  const anything = fc.oneof(
    fc.string(),
    fc.array(pieces).map((some) => some.join('')),
  );
  fc.assert(
    fc.property(anything, anything, (host, authority) => {
      for (const found of [origin(host), origin(host, {}, `http://${authority}/`)]) {
        if (!/^http:\/\/([a-zA-Z0-9_.-]+|\[[0-9a-fA-F:.]+\])(:\d{1,5})?$/.test(found)) return false;
      }
      return true;
    }),
    { numRuns: 2000 },
  );
  t.pass();
});

test('the host of an origin', (t) => {
  t.is(hostOf('http://box.local:8000'), 'box.local');
  t.is(hostOf('https://[2001:db8::1]:8443'), '[2001:db8::1]');
  t.is(hostOf('https://[2001:db8::1]'), '[2001:db8::1]');
});
