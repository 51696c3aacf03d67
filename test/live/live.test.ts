import { once } from 'node:events';
import { connect } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { OpusDecoder } from 'opus-decoder';
import type { ClientOptions, WebSocket } from 'ws';
import { type Box, startBox } from '../support/box.ts';
import { openPage as openLivePage } from '../support/live-page.ts';
import { until } from '../support/processes.ts';

/** A page that goes with its test. */
async function openPage(t: ExecutionContext, { port }: Pick<Box, 'port'>, query = '', options: ClientOptions = {}) {
  const page = await openLivePage(port, query, options);
  t.teardown(() => page.socket.terminate());
  return page;
}

const somePieces = (page: { pieces: unknown[] }, count = 20) =>
  until('pieces have come', () => page.pieces.length >= count || `${page.pieces.length}`);

async function demoBox(t: ExecutionContext, toml = ''): Promise<Box> {
  const box = await startBox(`[input]\nsource = "demo"\n${toml}`);
  t.teardown(() => box.stop());
  return box;
}

test.serial('pages get sound, levels and the state; all the same bytes, and each what it asked for', async (t) => {
  const box = await demoBox(t);
  const [one, other] = [await openPage(t, box), await openPage(t, box, '?sound=opus')];
  const [pcm, none] = [await openPage(t, box, '?sound=pcm'), await openPage(t, box, '?sound=none')];
  for (const page of [one, other, pcm, none]) await somePieces(page, 30);
  t.deepEqual(
    [one, other, pcm, none].map(({ greeting: { sound, rateHz, channels } }) => [sound, rateHz, channels]),
    [
      ['opus', 48000, 2],
      ['opus', 48000, 2],
      ['pcm', 48000, 2],
      ['none', 48000, 2],
    ],
  );
  const first = one.pieces.findIndex(({ atMs }) => atMs === other.pieces[0]?.atMs);
  t.true(first >= 0);
  const common = Math.min(one.pieces.length - first, other.pieces.length);
  t.true(common > 5);
  t.deepEqual(one.pieces.slice(first, first + common), other.pieces.slice(0, common));
  t.true(none.pieces.every(({ sound }) => sound.length === 0));
  t.true(pcm.pieces.every(({ sound }) => sound.length % 4 === 0 && sound.length > 0));
  for (const { pieces } of [one, pcm, none]) {
    t.true(pieces.some(({ levels }) => (levels[0]?.peakDbfs ?? -150) > -40 && levels.length === 2));
    t.true(pieces.every(({ atMs }, index) => index === 0 || atMs > (pieces[index - 1]?.atMs ?? 0)));
  }
  const status = await box.status();
  t.deepEqual(
    status.live.map(({ sound, listeners }) => [sound, listeners.length]),
    [
      ['opus', 2],
      ['pcm', 1],
    ],
  );
  t.is(status.listeners.now, 3, 'who only watches is no listener');
  t.is(one.greeting.state.source.kind, 'demo');
  t.is(one.greeting.state.formats[0]?.path, '/stream.mp3');
});

test.serial('Opus pieces are packets that a decoder takes, and their sound is the demo signal', async (t) => {
  const page = await openPage(t, await demoBox(t));
  await somePieces(page, 60);
  const decoder = new OpusDecoder({
    channels: 2,
    streamCount: 1,
    coupledStreamCount: 1,
    channelMappingTable: [0, 1],
    preSkip: 0,
  });
  await decoder.ready;
  for (const [index, { sound, levels }] of page.pieces.entries()) {
    const { channelData, samplesDecoded, errors } = decoder.decodeFrame(sound);
    t.deepEqual(errors, []);
    t.is(samplesDecoded, 960);
    if (index < 10) continue;
    const peakDbfs = 20 * Math.log10(Math.max(...(channelData[0] ?? []).map(Math.abs)));
    const near = page.pieces.slice(index - 2, index + 2).map((piece) => piece.levels[0]?.peakDbfs ?? -150);
    const [least, most] = [Math.min(...near), Math.max(...near)];
    t.true(peakDbfs > least - 6 && peakDbfs < most + 3, `${peakDbfs} ${levels[0]?.peakDbfs}`);
  }
  decoder.free();
});

test.serial('the state comes when it changes', async (t) => {
  const box = await demoBox(t, '[http]\nadmin_password = "desk"');
  const page = await openPage(t, box, '?sound=none');
  await fetch(`${box.url}/api/metadata`, {
    method: 'PUT',
    headers: { authorization: `Basic ${btoa(':desk')}`, 'content-type': 'application/json' },
    body: '{"title": "Orgel & Chor"}',
  });
  await until('the title is told', () => page.texts.at(-1)?.state.title === 'Orgel & Chor');
  t.pass();
});

test.serial('places are limited, in words, and given back; who only watches has places of its own', async (t) => {
  const box = await demoBox(t, '[listeners]\nmax = 1');
  const page = await openPage(t, box);
  const late = await openPage(t, box);
  await until('it is closed', () => late.closed !== undefined);
  t.is(late.closed, '1013 All 1 places are taken.');
  const watcher = await openPage(t, box, '?sound=none');
  await somePieces(watcher, 2);
  page.socket.close();
  await until('the place is free', async () => (await box.status()).listeners.now === 0);
  const next = await openPage(t, box);
  await somePieces(next, 2);
  t.is((await box.status()).listeners.refused, 1);
  t.is((await box.status()).listeners.removed['closed by peer'] ?? (await box.status()).listeners.removed.removed, 1);
});

test.serial('without Opus the page gets PCM', async (t) => {
  const page = await openPage(t, await demoBox(t, '[opus]\nenabled = false'));
  await somePieces(page, 2);
  t.is(page.greeting.sound, 'pcm');
});

test.serial(
  'what opens no WebSocket is told so, and other upgrades are answered as if they had not been offered',
  async (t) => {
    const box = await demoBox(t);
    const plain = await fetch(`${box.url}/live`);
    t.is(plain.status, 426);
    t.is(plain.headers.get('upgrade'), 'websocket');
    t.is((await openPage(t, box, '?sound=mp3')).refused, 400);
    t.is((await openPage(t, box, '', { headers: { origin: 'http://evil.example' } })).refused, 403);
    t.is((await openPage(t, box, '', { headers: { origin: box.url } })).refused, undefined);
    t.is((await openPage(t, box, '/nothing')).refused, 404);
    const socket = connect(box.port, '127.0.0.1');
    t.teardown(() => socket.destroy());
    socket.write(
      'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n\r\n',
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    t.regex(String(answer), /^HTTP\/1\.1 200 OK\r\n/);
  },
);

test.serial('a page that says what it should not goes, and nobody else', async (t) => {
  const box = await demoBox(t);
  const good = await openPage(t, box);
  for (const say of [
    (socket: WebSocket) => socket.send('x'.repeat(100_000)),
    (socket: WebSocket) => socket.close(1000, 'bye'),
    (socket: WebSocket) =>
      (socket as unknown as { _socket: { write(text: string): void } })._socket.write('garbage'.repeat(20)),
  ]) {
    const page = await openPage(t, box);
    say(page.socket);
    await until('it is gone', () => page.closed !== undefined);
  }
  const chatty = await openPage(t, box);
  for (const text of ['', '{', 'null', '[]', '{"behindMs": -1, "dropouts": 0}', '{"behindMs": 80, "dropouts": 1}']) {
    chatty.socket.send(text);
  }
  chatty.socket.ping();
  const count = good.pieces.length;
  await somePieces(good, count + 20);
  t.is(good.closed, undefined);
  t.is(chatty.closed, undefined, 'odd words are no crime');
  t.is((await box.status()).listeners.now, 2);
});

test.serial('a password is asked for; a page that was loaded with it has a pass', async (t) => {
  const box = await demoBox(t, '[listeners]\npassword = "secret"');
  const authorization = `Basic ${btoa(':secret')}`;
  t.is((await openPage(t, box)).refused, 401);
  t.is((await openPage(t, box, '', { headers: { authorization: `Basic ${btoa(':wrong')}` } })).refused, 401);
  const direct = await openPage(t, box, '', { headers: { authorization } });
  await somePieces(direct, 2);
  const page = await fetch(`${box.url}/`, { headers: { authorization } });
  const [cookie = ''] = (page.headers.get('set-cookie') ?? '').split(';');
  t.regex(page.headers.get('set-cookie') ?? '', /; Path=\/live; HttpOnly; SameSite=Strict$/);
  const withPass = await openPage(t, box, '', { headers: { cookie: `other=1; ${cookie}` } });
  await somePieces(withPass, 2);
  t.is((await openPage(t, box, '', { headers: { cookie: `${cookie.slice(0, -1)}x` } })).refused, 401);
  t.is((await fetch(`${box.url}/stream.mp3`, { headers: { cookie } })).status, 401, 'it opens nothing else');
  t.is((await fetch(`${box.url}/`)).headers.get('set-cookie'), null);
});

test.serial('a box that stops says goodbye', async (t) => {
  const box = await demoBox(t);
  const page = await openPage(t, box);
  await somePieces(page, 2);
  await box.stop();
  await until('it is told', () => page.closed !== undefined);
  t.is(page.closed, '1001 The box goes off air.');
});
