import test from 'ava';
import { bodyOf, exchange, headOf, serve } from './serving.ts';

const ask = (path: string, host: string) => `GET ${path} HTTP/1.0\r\nHost: ${host}\r\n\r\n`;
const NAME = Buffer.from('Kirche St. Ägidius 日').toString('latin1');

for (const [path, format] of [
  ['/stream', 'mp3'],
  ['/stream.mp3', 'mp3'],
  ['/stream.wav', 'wav'],
] as const) {
  test(`the playlists of ${path}`, async (t) => {
    const { port } = await serve(t);
    const url = `http://box.local:8000/stream.${format}`;
    const m3u = await exchange(port, ask(`${path}.m3u`, 'box.local:8000'));
    t.regex(headOf(m3u), /\r\ncontent-type: audio\/x-mpegurl; charset=utf-8\r\n/i);
    t.is(bodyOf(m3u), `#EXTM3U\r\n#EXTINF:-1,${NAME}\r\n${url}\r\n`);
    const pls = await exchange(port, ask(`${path}.pls`, 'box.local:8000'));
    t.regex(headOf(pls), /\r\ncontent-type: audio\/x-scpls; charset=utf-8\r\n/i);
    t.is(
      bodyOf(pls),
      `[playlist]\r\nNumberOfEntries=1\r\nFile1=${url}\r\nTitle1=${NAME}\r\nLength1=-1\r\nVersion=2\r\n`,
    );
  });
}

test('nothing that a client says as its host gets in but a host', async (t) => {
  const { port } = await serve(t);
  for (const host of ['evil/x', 'a"b', '<script>', 'x y', '']) {
    t.true(
      bodyOf(await exchange(port, ask('/stream.m3u', host))).endsWith(`\r\nhttp://127.0.0.1:${port}/stream.mp3\r\n`),
    );
  }
});

test('HEAD answers the headers; a client may talk as to a proxy', async (t) => {
  const { port } = await serve(t);
  const head = await exchange(port, 'HEAD /stream.m3u HTTP/1.0\r\n\r\n');
  t.regex(head, /^HTTP\/1\.1 200 /);
  t.is(bodyOf(head), '');
  const proxied = await exchange(
    port,
    'GET http://box.example/stream.pls HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n',
  );
  t.regex(bodyOf(proxied), /\r\nFile1=http:\/\/box\.example\/stream\.mp3\r\n/);
});
