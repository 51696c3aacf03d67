import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import type { Health } from '../../src/http/status.ts';
import { scriptedCards } from '../native/_cards.ts';
import { type Box, MAIN, startBox } from '../support/box.ts';
import { listen } from '../support/listener.ts';
import { type Manager, startManager } from '../support/manager.ts';
import { run, until } from '../support/processes.ts';
import { PulseRig } from '../support/pulse.ts';
import { sines } from '../support/tones.ts';

const hook = (name: string) => fileURLToPath(new URL(`hooks/${name}`, import.meta.url));
/** A manager is content with so little, ms; the box speaks three times as often. */
const WATCHDOG_MS = 1500;
/** A box that is alive is heard of at least so often within this time, ms. */
const HEARD = { times: 6, withinMs: 6000 };

interface Watched {
  readonly box: Box;
  readonly manager: Manager;
}

/** A box with a service manager. */
async function watched(t: ExecutionContext, toml: string, env: NodeJS.ProcessEnv = process.env): Promise<Watched> {
  const manager = await startManager(WATCHDOG_MS);
  t.teardown(() => manager.stop());
  const box = await startBox(toml, { ...env, ...manager.env });
  t.teardown(() => box.stop('SIGKILL'));
  return { box, manager };
}

/** Waits until the manager has heard of the box a few more times. */
async function isFed({ manager, box }: Watched): Promise<void> {
  const before = manager.beats();
  await until('the watchdog is fed', () => manager.beats() >= before + HEARD.times || box.output(), 2 * HEARD.withinMs);
}

/** Waits until the manager has heard nothing for twice the time after which it would act. */
async function isNotFed({ manager }: Watched, timeoutMs: number): Promise<void> {
  let beats = manager.beats();
  let quietSinceMs = Date.now();
  await until(
    'the watchdog is not fed any more',
    () => {
      if (manager.beats() !== beats) {
        beats = manager.beats();
        quietSinceMs = Date.now();
      }
      return Date.now() - quietSinceMs > 2 * WATCHDOG_MS;
    },
    timeoutMs,
  );
}

async function health({ box }: Watched): Promise<Health> {
  return (await fetch(`${box.url}/healthz`)).json() as Promise<Health>;
}

test.serial('the manager is told: ready when listeners can come, the status in words, and that it stops', async (t) => {
  t.timeout(60_000);
  const one = await watched(t, '[input]\nsource = "demo"\n');
  const { box, manager } = one;
  await until('live', () => manager.status()?.startsWith('live: demo signal') || manager.messages());
  const ready = manager.messages().findIndex(({ lines }) => lines.READY === '1');
  t.is(manager.messages().filter(({ lines }) => lines.READY).length, 1);
  t.is(
    manager
      .messages()
      .slice(0, ready)
      .filter(({ lines }) => lines.WATCHDOG).length,
    0,
    'ready comes first',
  );
  // With encoders at work: they and the fan-out move, and nobody takes them for standing still.
  const listeners = ['mp3', 'opus', 'flac', 'wav'].map((id) => listen(box.port, `/stream.${id}`));
  t.teardown(() => listeners.map((listener) => listener.stop()));
  for (let rounds = 0; rounds < 2; rounds++) await isFed(one);
  t.deepEqual((await health(one)).reasons, ['playing the demo signal']);
  const statuses = manager.messages().flatMap(({ lines }) => lines.STATUS ?? []);
  t.deepEqual(statuses, [...new Set(statuses)], 'each only when it changes');
  const beats = manager.messages().filter(({ lines }) => lines.WATCHDOG);
  const gaps = beats.slice(1).map(({ atMs }, index) => atMs - (beats[index]?.atMs ?? 0));
  t.true(Math.max(...gaps) < WATCHDOG_MS, `${gaps} ms`);
  const ended = once(box.child, 'exit');
  box.child.kill('SIGTERM');
  await ended;
  t.is(box.child.exitCode, 0);
  const last = manager.messages().at(-1);
  t.like(last?.lines, { STOPPING: '1', STATUS: 'going off air' });
});

test.serial('a box that cannot go on air is not ready', async (t) => {
  t.timeout(60_000);
  const server = createServer().listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const manager = await startManager(WATCHDOG_MS);
  t.teardown(() => manager.stop());
  const args = ['--source', 'demo', '--host', '127.0.0.1', '--port', `${(server.address() as AddressInfo).port}`];
  const running = run(process.execPath, [MAIN, ...args], { env: { ...process.env, ...manager.env } });
  t.teardown(() => running.stop());
  await once(running.child, 'exit');
  t.is(running.child.exitCode, 69, running.output());
  t.deepEqual(manager.messages(), []);
});

test.serial('another process than the one that was asked does not feed the watchdog, but tells the rest', async (t) => {
  t.timeout(60_000);
  const manager = await startManager(WATCHDOG_MS, true);
  t.teardown(() => manager.stop());
  const box = await startBox('[input]\nsource = "demo"\n', { ...process.env, ...manager.env, WATCHDOG_PID: '1' });
  t.teardown(() => box.stop());
  await until('ready', () => manager.messages().some(({ lines }) => lines.READY) || manager.messages());
  await sleep(2 * WATCHDOG_MS);
  t.is(manager.beats(), 0);
});

test.serial('without a card the box is well: it waits, falls back, and is fed', async (t) => {
  t.timeout(90_000);
  const one = await watched(t, '[input]\nsource = "alsa"\ndevice = "hw:CARD=Nowhere"\n[programme]\ngrace_s = 1\n');
  await until('fallback', () => one.manager.status()?.startsWith('fallback to silence: ') || one.manager.messages());
  // Longer than a source may give no news.
  for (let rounds = 0; rounds < 3; rounds++) await isFed(one);
  const { ok, reasons } = await health(one);
  t.true(ok, reasons.join());
  t.regex(reasons.join(), /fallback: .*Nowhere/);
});

test.serial('a restart from the desk is no standstill, and is said', async (t) => {
  t.timeout(60_000);
  const one = await watched(t, '[input]\nsource = "demo"\n[http]\nadmin_password = "hand"\n');
  await isFed(one);
  const authorization = `Basic ${Buffer.from('admin:hand').toString('base64')}`;
  const answer = await fetch(`${one.box.url}/api/restart`, { method: 'POST', headers: { authorization } });
  t.is(answer.status, 202);
  await until('it is back', () => one.box.output().split('on air; open').length === 3 || one.box.output());
  await isFed(one);
  t.is(one.manager.messages().filter(({ lines }) => lines.READY || lines.STOPPING).length, 1, 'it has not ended');
  t.notRegex(one.box.output(), /standstill/);
});

test.serial('SIGSTOP: the manager hears nothing; when the process goes on, so does the box', async (t) => {
  t.timeout(60_000);
  const one = await watched(t, '[input]\nsource = "demo"\n');
  await isFed(one);
  one.box.child.kill('SIGSTOP');
  await isNotFed(one, 20_000);
  one.box.child.kill('SIGCONT');
  await isFed(one);
  await until('it is well', async () => (await health(one)).ok);
  t.is((await one.box.status()).programme.state, 'live');
});

test.serial('a loop that stands still: the manager hears nothing', async (t) => {
  t.timeout(60_000);
  const env = { ...process.env, NODE_OPTIONS: `--import=${hook('block-loop.mjs')}` };
  const one = await watched(t, '[input]\nsource = "demo"\n', env);
  await isFed(one);
  one.box.child.kill('SIGUSR2');
  await isNotFed(one, 20_000);
  t.is(one.box.child.exitCode, null, 'it is still there');
});

test.serial(
  'a capture thread that hangs in the driver: listeners get sound, and the manager hears nothing',
  async (t) => {
    t.timeout(90_000);
    const { rig, park, env } = await parkable(t);
    const one = await watched(t, '[input]\nsource = "alsa"\ndevice = "mixer"\n[programme]\ngrace_s = 1\n', env);
    const tone = rig.play('mixer', sines([{ hz: 997, dbfs: -12 }], 60));
    t.teardown(() => tone.stop());
    await until('live', () => one.manager.status()?.startsWith('live: signal') || one.manager.messages(), 20_000);
    await isFed(one);
    const wav = listen(one.box.port, '/stream.wav');
    t.teardown(() => wav.stop());
    park();
    await isNotFed(one, 30_000);
    const { ok, reasons } = await health(one);
    t.false(ok);
    t.regex(reasons.join(), /the capture has neither delivered sound nor ended for/);
    t.regex(one.manager.status() ?? '', /^standstill: the capture/);
    t.is(one.box.output().match(/watchdog: standstill/g)?.length, 1, one.box.output());
    const before = wav.body().length;
    await until('the stream goes on', () => wav.open() && wav.body().length > before + 100_000);
  },
);

test.serial('a thread that does not end when another input is chosen: the manager hears nothing', async (t) => {
  t.timeout(90_000);
  const { park, env } = await parkable(t);
  const toml = '[input]\nsource = "alsa"\ndevice = "mixer"\n[http]\nadmin_password = "hand"\n';
  const one = await watched(t, toml, env);
  await until('live', () => one.manager.status()?.startsWith('live') || one.manager.messages(), 20_000);
  park();
  await until('it is lost', async () => (await one.box.status()).programme.state === 'lost');
  const answer = await fetch(`${one.box.url}/api/settings`, {
    method: 'PUT',
    headers: {
      authorization: `Basic ${Buffer.from('admin:hand').toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ 'input.source': 'demo' }),
  });
  t.is(answer.status, 200, await answer.text());
  await until('live again', async () => (await one.box.status()).source.kind === 'demo');
  await isNotFed(one, 30_000);
  t.regex((await health(one)).reasons.join(), /a capture has not come to its end for/);
});

test.serial('a call into the driver that does not return: the manager hears nothing', async (t) => {
  t.timeout(120_000);
  const cards = await scriptedCards();
  const device = 'card:S16_LE,48000,2,mmap,hang@4800+60000';
  const one = await watched(t, `[input]\nsource = "alsa"\ndevice = "${device}"\n`, cards);
  await isNotFed(one, 60_000);
  t.false((await health(one)).ok);
});

/** A mixer whose capture thread can be stopped for good. */
async function parkable(t: ExecutionContext) {
  const folder = mkdtempSync(join(tmpdir(), 'boardfeed-park-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const library = join(folder, 'park_capture.so');
  const flags = ['-D_GNU_SOURCE', '-std=c11', '-Wall', '-Wextra', '-Werror', '-fPIC', '-shared'];
  execFileSync('cc', [...flags, hook('park_capture.c'), '-o', library, '-ldl']);
  const rig = new PulseRig();
  t.teardown(() => rig.stop());
  await rig.start();
  const file = join(folder, 'park');
  const env = { ...rig.env, LD_PRELOAD: library, BOARDFEED_TEST_PARK: file };
  return { rig, env, park: () => writeFileSync(file, '') };
}
