import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import test, { type ExecutionContext } from 'ava';
import { flacFormat } from '../../src/encoders/flac.ts';
import { opusFormat } from '../../src/encoders/opus.ts';
import { makeCertificate } from '../support/certificate.ts';
import { decode, faultsHeard, hear } from '../support/hear.ts';
import { Icecast, type IcecastOptions } from '../support/icecast.ts';
import { listen } from '../support/listener.ts';
import { until } from '../support/processes.ts';
import { toneDbfs } from '../support/tones.ts';
import { LEFT, PCM, pause, playTones, RIGHT, startPush } from './stage.ts';

async function startIcecast(t: ExecutionContext, options: IcecastOptions = {}): Promise<Icecast> {
  const icecast = new Icecast();
  t.teardown(() => icecast.stop());
  await icecast.start(options);
  return icecast;
}

/** Both tones are heard on their sides, and the player has nothing to complain of. */
async function isHeard(t: ExecutionContext, url: string, seconds = 3): Promise<void> {
  t.deepEqual(faultsHeard(await hear(url, seconds), seconds, [LEFT, RIGHT]), [], url);
}

test.serial('pushed by PUT: heard, and what is said of it arrives', async (t) => {
  t.timeout(60_000);
  const icecast = await startIcecast(t);
  const { push, station, state, lines } = startPush(t, icecast.url('/live.mp3'), { config: { name: 'Dom' } });
  await until('on air', state('on air'));
  await until('the title is there', async () => (await icecast.mount('/live.mp3'))?.title === 'Dom');
  const { server_name, server_type, genre } = (await icecast.mount('/live.mp3')) ?? {};
  t.deepEqual([server_name, server_type, genre], ['Dom', 'audio/mpeg', 'talk']);
  await isHeard(t, icecast.url('/live.mp3'));
  const title = `Grüße & "Küsse"; 'x' = 1`;
  station.setTitle(title);
  await until('the new title is there', async () => (await icecast.mount('/live.mp3'))?.title === title);
  t.deepEqual(lines, [`push to ${icecast.url('/live.mp3')}: on air`]);
  await push.close(1000);
  await until('the mount has gone', async () => (await icecast.mount('/live.mp3')) === undefined);
});

for (const format of [opusFormat(PCM, { bitrateKbps: 128, complexity: 5 }), flacFormat(PCM, 24)]) {
  test.serial(`${format.id}, pushed: heard, and a new title goes by without a gap`, async (t) => {
    t.timeout(60_000);
    const icecast = await startIcecast(t);
    const url = icecast.url(`/live.${format.id}`);
    const { station, state } = startPush(t, url, { feed: playTones(t, format) });
    await until('on air', state('on air'));
    await until('the mount is there', async () => (await icecast.mount(`/live.${format.id}`)) !== undefined);
    await isHeard(t, url);
    const listening = listen(icecast.port, `/live.${format.id}`);
    t.teardown(() => listening.stop());
    await pause(2000);
    station.setTitle('Grüße 日 "x"');
    await pause(2000);
    listening.stop();
    const { samples, complaints } = await decode(listening.body());
    t.is(complaints, '');
    // About as long as was listened, and at no place silent: a tenth of a second at a time.
    t.true(samples.length > 3.7 * 96_000, `${samples.length / 96_000} s`);
    for (let at = 48_000; at + 9600 <= samples.length - 9600; at += 9600) {
      const level = toneDbfs(samples.subarray(at, at + 9600), 0, 2, LEFT.hz);
      t.true(Math.abs(level - LEFT.dbfs) < 0.5, `${level} dBFS at ${at / 96_000} s`);
    }
    const late = listen(icecast.port, `/live.${format.id}`);
    t.teardown(() => late.stop());
    await until('the comments are there', () => late.body().includes('TITLE=Grüße 日 "x"'));
  });
}

test.serial('a wrong password is called one, and tried again', async (t) => {
  const icecast = await startIcecast(t);
  const { push } = startPush(t, icecast.url('/live.mp3'), { config: { password: 'wrong' } });
  await until('refused twice', () => (push.status().failures.password ?? 0) >= 2);
  t.regex(push.status().problem?.message ?? '', /refuses this user and password \(401/);
});

test.serial('a mount that somebody else uses is taken when it is free', async (t) => {
  const icecast = await startIcecast(t);
  const feed = playTones(t);
  const first = startPush(t, icecast.url('/live.mp3'), { feed });
  await until('the first is on air', first.state('on air'));
  const second = startPush(t, icecast.url('/live.mp3'), { feed });
  await until('the second is refused', () => (second.push.status().failures.forbidden ?? 0) >= 2);
  t.regex(second.push.status().problem?.message ?? '', /Mountpoint in use/);
  t.is(first.push.status().connects, 1);
  await first.push.close(1000);
  await until('the second is on air', second.state('on air'));
  t.true(feed.running);
});

test.serial('through an old server that refuses PUT it goes by SOURCE', async (t) => {
  t.timeout(60_000);
  const icecast = await startIcecast(t);
  const methods: string[] = [];
  const old = createServer((socket) => {
    const seen = new PassThrough();
    socket
      .on('error', () => {})
      .once('data', (head: Buffer) => {
        const [method = ''] = `${head}`.split(' ');
        methods.push(method);
        if (method === 'PUT') {
          socket.end('HTTP/1.0 405 Method Not Allowed\r\n\r\n');
          return;
        }
        seen.write(head);
        const behind = connect(icecast.port, '127.0.0.1').on('error', () => socket.destroy());
        socket.on('close', () => behind.destroy());
        socket.pipe(seen).pipe(behind).pipe(socket);
      });
  });
  await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve));
  t.teardown(() => old.close());
  const address = old.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const { push, state } = startPush(t, `http://127.0.0.1:${port}/live.mp3`);
  await until('on air', state('on air'));
  await until('the mount is there', async () => (await icecast.mount('/live.mp3')) !== undefined);
  t.deepEqual(methods.slice(0, 2), ['PUT', 'SOURCE']);
  await isHeard(t, icecast.url('/live.mp3'));
  await push.close(1000);
});

test.serial('https: a certificate that nobody vouches for is refused, and taken when it is named', async (t) => {
  t.timeout(60_000);
  const { certificate: caFile, key, remove } = makeCertificate('icecast');
  t.teardown(remove);
  const withKey = [caFile, key].map((file) => readFileSync(file, 'utf8')).join('');
  const icecast = new Icecast();
  t.teardown(() => icecast.stop());
  await icecast.start({ certificate: icecast.write('icecast.pem', withKey) });
  const stranger = startPush(t, icecast.url('/live.mp3'));
  await until('refused', () => stranger.push.status().failures.certificate === 1 || stranger.push.status());
  t.regex(
    stranger.push.status().problem?.message ?? '',
    /certificate of 127\.0\.0\.1 is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\); .*ca_file/,
  );
  const absent = startPush(t, icecast.url('/other.mp3'), { config: { ca_file: `${caFile}.absent` } });
  await until('told', () => absent.push.status().failures.certificate === 1 || absent.push.status());
  t.regex(absent.push.status().problem?.message ?? '', /\.absent cannot be read: ENOENT/);
  const { state, station, lines } = startPush(t, icecast.url('/live.mp3'), { config: { ca_file: caFile } });
  await until('on air', state('on air'));
  await isHeard(t, icecast.url('/live.mp3'));
  station.setTitle('over TLS');
  await new Promise((resolve) => setTimeout(resolve, 1000));
  t.is(lines.length, 1, lines.join('\n'));
});

test.serial('https:// to a server that speaks none of it is told', async (t) => {
  const icecast = await startIcecast(t);
  const { push } = startPush(t, icecast.url('/live.mp3').replace('http:', 'https:'), { connectMs: 500 });
  await until('told', () => push.status().failures.TLS === 1 || push.status());
  t.regex(push.status().problem?.message ?? '', /does not speak TLS/);
});
