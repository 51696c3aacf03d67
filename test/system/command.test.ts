import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { wholeMp3Frames } from '../../src/encoders/mp3-frames.ts';
import { MAIN, startBox } from '../support/box.ts';
import { listen } from '../support/listener.ts';
import { run, until } from '../support/processes.ts';

/** Runs the command to its end. */
async function boardfeed(...args: string[]): Promise<{ code: number | null; output: string }> {
  const running = run(process.execPath, [MAIN, ...args]);
  const timer = setTimeout(() => running.child.kill('SIGKILL'), 20_000);
  await once(running.child, 'close');
  clearTimeout(timer);
  return { code: running.child.exitCode, output: running.output() };
}

test.serial('--version, --help, devices and example-config print and exit 0', async (t) => {
  for (const [args, expected] of [
    [['--version'], /^boardfeed \d+\.\d+\.\d+\n$/],
    [['--help'], /Usage: boardfeed/],
    [['devices'], /capture card|hw:CARD=/],
    [['example-config'], /\[input\]/],
  ] as const) {
    const { code, output } = await boardfeed(...args);
    t.is(code, 0, output);
    t.regex(output, expected);
  }
});

test.serial('gpio-setup never keeps the box from starting', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'boardfeed-gpio-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const [file, bad] = [join(directory, 'good.toml'), join(directory, 'bad.toml')];
  writeFileSync(file, '[led]\nkind = "kernel"\nname = "no-such-led"\n');
  writeFileSync(bad, '[led]\nkind = "candle"\n');
  for (const [args, expected] of [
    [['--config', file], /^no status LED: the kernel has no LED no-such-led\n$|has no group gpio\n$/],
    [['--config', file, '--off'], /^no status LED: the kernel has no LED no-such-led\n$/],
    [['--config', bad], /^nothing is prepared: .*led\.kind = "candle": expected one of "auto"/],
  ] as const) {
    const { code, output } = await boardfeed('gpio-setup', ...args);
    t.is(code, 0, output);
    t.regex(output, expected);
  }
});

/** A card, and where its settings go. */
function card(t: ExecutionContext, text: string) {
  const directory = mkdtempSync(join(tmpdir(), 'boardfeed-card-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  chmodSync(directory, 0o755);
  const place = (name: string) => join(directory, name);
  mkdirSync(place('etc'));
  writeFileSync(place('boardfeed.toml'), text);
  writeFileSync(place('default.toml'), '');
  const args = ['--from', place('boardfeed.toml'), '--into', place('box'), '--config', place('etc/b.toml')];
  return { place, take: () => boardfeed('import-settings', ...args, '--default', place('default.toml')) };
}

test.serial('import-settings takes what it can, says what it cannot, and exits 0', async (t) => {
  const { place, take } = card(t, '[box]\nname = "hall"\n[opus]\ncomplexity = 3\nx = 1\n');
  const { code, output } = await take();
  t.is(code, 0, output);
  t.is(output, 'line 5: opus.x: no such key; expected one of enabled, bitrate_kbps, complexity\n');
  t.is(readFileSync(place('box/hostname'), 'utf8'), 'hall\n');
  t.is(readFileSync(place('etc/b.toml'), 'utf8'), '[opus]\ncomplexity = 3\n');
});

test.serial('import-settings on a disk that cannot be written exits 1, without a stack', async (t) => {
  const { place, take } = card(t, '');
  rmSync(place('etc'), { recursive: true });
  const { code, output } = await take();
  t.is(code, 1, output);
  t.regex(output, /^boardfeed: .*etc cannot be used: ENOENT/);
  t.notRegex(output, /\n {4}at /);
});

const asRoot = process.getuid?.() === 0 ? test.serial : test.serial.skip;

asRoot('import-settings as root writes as the user of the box where that user may write', async (t) => {
  const { place, take } = card(t, '[opus]\ncomplexity = 3\n');
  chownSync(place('etc'), 1234, 2345);
  const { code, output } = await take();
  t.is(code, 0, output);
  const { uid, gid } = statSync(place('etc/b.toml'));
  t.deepEqual([uid, gid], [1234, 2345]);
  t.is(statSync(place('box/hostname')).uid, 0);
  // The user leads the hand of root to a file of root's.
  rmSync(place('etc/b.toml'));
  writeFileSync(place('roots.toml'), '# mine\n');
  symlinkSync(place('roots.toml'), place('etc/b.toml'));
  writeFileSync(place('boardfeed.toml'), '[opus]\ncomplexity = 4\n');
  t.is((await take()).code, 1);
  t.is(readFileSync(place('roots.toml'), 'utf8'), '# mine\n');
});

test.serial('bad arguments and bad configurations name what is wrong, exit 78 and show no stack', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'boardfeed-config-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const bad = join(directory, 'bad.toml');
  writeFileSync(bad, '[input]\nsorce = "auto"\n[mp3]\nbitrate_kbps = 1\n');
  for (const [args, ...expected] of [
    [['--prot', '9000'], /--prot/],
    [['--port', 'x'], /http\.port = "x": expected a whole number from 1 to 65535/],
    [['--source', 'tape'], /input\.source = "tape": expected "auto"/],
    [['listen'], /no such command/],
    [['--off'], /--off: only gpio-setup knows it/],
    [['gpio-setup', 'now'], /no such command/],
    [['import-settings', '--from', bad, '--config', bad], /expected --from FILE, --into DIR and --config FILE/],
    [['import-settings', 'now'], /no such command/],
    [['--into', directory], /--into: only import-settings knows it/],
    [['check-config'], /expected one file/],
    [['--config', join(directory, 'absent.toml')], /absent\.toml: cannot be read/],
    [['--config', bad], /input\.sorce: no such key/, /mp3\.bitrate_kbps = 1: expected one of 64/],
    [['check-config', bad], /input\.sorce: no such key/, /mp3\.bitrate_kbps = 1: expected one of 64/],
  ] as const) {
    const { code, output } = await boardfeed(...args);
    t.is(code, 78, output);
    for (const words of expected) t.regex(output, words);
    t.notRegex(output, /\n {4}at /);
  }
});

test.serial('a port that is taken is named, and is not our bug', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? `${address.port}` : '';
  const { code, output } = await boardfeed('--source', 'demo', '--host', '127.0.0.1', '--port', port);
  t.is(code, 69, output);
  t.regex(output, /another program uses that port/);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test.serial(`${signal} ends the stream at a frame and exits 0 within two seconds`, async (t) => {
    const box = await startBox('[input]\nsource = "demo"');
    t.teardown(() => box.stop());
    const [mp3, wav] = ['/stream.mp3', '/stream.wav'].map((path) => listen(box.port, path));
    await until('both play', () => (mp3?.body().length ?? 0) > 4000 && (wav?.body().length ?? 0) > 20_000);
    const exited = once(box.child, 'exit');
    const startMs = Date.now();
    box.child.kill(signal);
    await exited;
    t.true(Date.now() - startMs < 2000);
    t.is(box.child.exitCode, 0, box.output());
    await until('both ended', () => !mp3?.open() && !wav?.open());
    const frames = mp3?.body() ?? Buffer.alloc(0);
    t.is(wholeMp3Frames(frames), frames.length);
    t.is(((wav?.body().length ?? 0) - 44) % 4, 0);
  });
}

/** A listener that reads nothing and has next to no room, so that the kernel stops taking for it in the middle of a chunk. */
const FROZEN_LISTENER = `
import socket, sys, time
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
listener.connect(("127.0.0.1", int(sys.argv[1])))
listener.send(b"GET /stream.wav HTTP/1.0\\r\\n\\r\\n")
time.sleep(60)
`;

test.serial('a second signal ends at once, and shows in the exit code', async (t) => {
  const box = await startBox(
    '[input]\nsource = "demo"\nrate_hz = 96000\n[wav]\nbits = 24\n[listeners]\nstall_ms = 10000',
  );
  t.teardown(() => box.stop());
  // It keeps the box waiting for its farewell.
  const frozen = run('python3', ['-c', FROZEN_LISTENER, String(box.port)]);
  t.teardown(() => frozen.stop());
  await until('something waits for it', async () => {
    const { formats } = await box.status();
    return formats.some(({ listeners }) => listeners.some(({ waitingBytes }) => waitingBytes > 0)) || formats;
  });
  const exited = once(box.child, 'exit');
  box.child.kill('SIGTERM');
  await until('it is going off air', () => box.output().includes('going off air'));
  box.child.kill('SIGTERM');
  await exited;
  t.is(box.child.exitCode, 1, box.output());
});

test.serial('without a sound card the box is on air with the demo signal and says so', async (t) => {
  // An ALSA without any card, whatever this machine has.
  const box = await startBox('');
  t.teardown(() => box.stop());
  const { source, programme } = await box.status();
  if (source.kind === 'alsa') {
    t.log('this machine has a sound card of its own: not tried');
    t.pass();
    return;
  }
  await until('live', async () => (await box.status()).programme.state === 'live');
  t.is((await box.status()).source.kind, 'demo');
  t.is(programme.rateHz, 48000);
  await until('it is said', () => /NO SOUND CARD: playing the demo signal/.test(box.output()));
  const health = (await (await fetch(`${box.url}/healthz`)).json()) as { ok: boolean; reasons: string[] };
  t.true(health.ok);
  t.true(health.reasons.includes('playing the demo signal'));
});

test.serial('a source or a fallback that cannot be read leaves the box on air, and it says why', async (t) => {
  const box = await startBox(
    '[input]\nsource = "file:/nonexistent/a.wav"\n[programme]\ngrace_s = 0.2\nfallback = "file:/nonexistent/b.wav"',
  );
  t.teardown(() => box.stop());
  t.regex(box.output(), /programme\.fallback: .*b\.wav/);
  const wav = listen(box.port, '/stream.wav');
  await until('fallback', async () => (await box.status()).programme.state === 'fallback');
  const { programme } = await box.status();
  t.regex(programme.problem?.message ?? '', /a\.wav/);
  t.is(programme.fallback, 'silence', 'the page must not promise the file');
  await until('silence is heard', () => wav.body().length > 50_000);
  await sleep(100);
  t.true(wav.open());
});
