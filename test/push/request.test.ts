import test from 'ava';
import { pushSchema } from '../../src/config/push-schema.ts';
import { sourceRequest, titlePath } from '../../src/push/request.ts';
import { pushTarget } from '../../src/push/target.ts';

const target = (url: string, more: object = {}) => pushTarget(pushSchema.parse({ url, password: 'hackmé', ...more }));
const icecast = {
  mimeType: 'audio/mpeg',
  titles: 'by request' as const,
  start: () => ({ header: () => Buffer.alloc(0), frame: (chunk: Buffer) => chunk }),
};
const tags = { name: 'Kirche St. Ägidius', title: 'x', genre: '', url: 'http://kirche.example/' };
const offer = (url: string, more: object = {}) => ({
  target: target(url, more),
  format: { bitrateKbps: 128, rateHz: 48_000, icecast },
  pcm: { rateHz: 96_000, channels: 2 },
  tags,
  userAgent: 'Boardfeed/1',
});

for (const [url, expected] of [
  ['http://radio.example:8000/live.mp3', { secure: false, host: 'radio.example', port: 8000, mount: '/live.mp3' }],
  ['http://radio.example/a/b', { secure: false, host: 'radio.example', port: 80, mount: '/a/b' }],
  ['https://[::1]/x', { secure: true, host: '::1', port: 443, mount: '/x' }],
  ['https://RADIO.example:8443/Grüße', { secure: true, host: 'radio.example', port: 8443, mount: '/Gr%C3%BC%C3%9Fe' }],
] as const) {
  test(`where it goes: ${url}`, (t) => {
    const { secure, host, port, mount } = target(url);
    t.deepEqual({ secure, host, port, mount }, expected);
  });
}

test('by PUT: what the server is told, and nothing that is not known', (t) => {
  const head = sourceRequest(
    offer('http://radio.example:8000/live.mp3', { description: 'Every Sunday', public: true }),
    'PUT',
  );
  t.deepEqual(head.split('\r\n'), [
    'PUT /live.mp3 HTTP/1.1',
    'Host: radio.example:8000',
    `Authorization: Basic ${Buffer.from('source:hackmé').toString('base64')}`,
    'User-Agent: Boardfeed/1',
    'Content-Type: audio/mpeg',
    'Ice-Name: Kirche St. Ägidius',
    'Ice-Description: Every Sunday',
    'Ice-URL: http://kirche.example/',
    'Ice-Public: 1',
    'Ice-Bitrate: 128',
    'Ice-Audio-Info: ice-channels=2;ice-samplerate=48000',
    'Expect: 100-continue',
    '',
    '',
  ]);
});

test('by SOURCE: HTTP/1.0, which does not know of waiting', (t) => {
  const head = sourceRequest(offer('http://radio.example/live.mp3'), 'SOURCE');
  t.true(head.startsWith('SOURCE /live.mp3 HTTP/1.0\r\n'));
  t.false(head.includes('Expect'));
  t.true(head.includes('\r\nIce-Public: 0\r\n'));
});

for (const [what, url, title, expected] of [
  ['plain', 'http://a/live.mp3', 'x', 'mount=%2Flive.mp3&charset=UTF-8&song=x'],
  [
    'all that must not stand in an address',
    'http://a/l',
    `"Grüße" & 'x'; 日`,
    `song=%22Gr%C3%BC%C3%9Fe%22%20%26%20'x'%3B%20%E6%97%A5`,
  ],
  ['half a character', 'http://a/l', 'a\ud800b', 'song=a%EF%BF%BDb'],
  ['a mount with more than letters', 'http://a/Grüße', 'x', 'mount=%2FGr%C3%BC%C3%9Fe&'],
  ['a mount with a % of its own', 'http://a/100%', 'x', 'mount=%2F100%25&'],
] as const) {
  test(`the request for a title: ${what}`, (t) => {
    const path = titlePath(target(url), title);
    t.true(path.startsWith('/admin/metadata?mode=updinfo&mount='));
    t.true(path.includes(expected), path);
  });
}

test('a title of 4 KB is cut between characters, so that Icecast takes the request', (t) => {
  const path = titlePath(target('http://a/l'), '日'.repeat(4000));
  t.true(path.length < 3000);
  const song = decodeURIComponent(path.split('song=')[1] ?? '');
  t.true(song.length > 200 && /^日+$/.test(song));
});
