import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { wholeMp3Frames } from '../../src/encoders/mp3-frames.ts';
import { type Box, startBox } from '../support/box.ts';
import { DESK_TOML, Desk } from '../support/desk.ts';
import { Icecast } from '../support/icecast.ts';
import { type Listening, listen } from '../support/listener.ts';
import { until } from '../support/processes.ts';
import { PulseRig } from '../support/pulse.ts';
import { sines, toneDbfs } from '../support/tones.ts';

const WAV_HEADER_BYTES = 44;
/** One period of the sine that is looped, in samples of both channels. */
const PERIOD = 96;
/** The machine itself may stand still for so long that a source loses blocks: then there was a gap, and it is done again. */
const TRIES = 3;

/** The 16-bit samples of a WAV listener. */
function samplesOf(listener: Listening): Int16Array {
  const sound = listener.body().subarray(WAV_HEADER_BYTES);
  return new Int16Array(Uint8Array.from(sound.subarray(0, sound.length & ~3)).buffer);
}

/** How often what was heard of a sine of one period is not what it was one period before. */
function breaks(samples: Int16Array): number {
  let found = 0;
  for (let at = PERIOD; at < samples.length; at++) {
    if (Math.abs((samples[at] ?? 0) - (samples[at - PERIOD] ?? 0)) > 2) found++;
  }
  return found;
}

/** A box that loops a sine of 1 kHz, and more to configure. */
async function sineBox(t: ExecutionContext, toml = ''): Promise<{ box: Box; desk: Desk }> {
  const directory = mkdtempSync(join(tmpdir(), 'boardfeed-sine-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'sine.wav');
  const tone = ['-f', 'lavfi', '-i', 'sine=frequency=1000:sample_rate=48000:duration=1', '-ac', '2', file];
  spawnSync('ffmpeg', ['-v', 'error', ...tone]);
  const box = await startBox(`${DESK_TOML}[input]\nsource = "file:${file}" # the sine\n${toml}`);
  t.teardown(() => box.stop());
  return { box, desk: new Desk(box) };
}

const headOf = async (box: Box, path: string) => fetch(box.url + path, { method: 'HEAD' });
const lostOf = async (box: Box) => (await box.status()).source.lostFrames?.ring ?? 0;

test.serial('formats come, go and change while a WAV listener hears on without a gap', async (t) => {
  t.timeout(120_000);
  const { box, desk } = await sineBox(t);
  await until('live', async () => (await box.status()).programme.state === 'live');
  await sleep(500);
  for (let left = TRIES; left > 0; left--) {
    const lost = await lostOf(box);
    const [wav, opus, mp3] = ['wav?burst=0', 'opus', 'mp3'].map((what) => listen(box.port, `/stream.${what}`)) as [
      Listening,
      Listening,
      Listening,
    ];
    t.teardown(() => [wav, opus, mp3].map((listener) => listener.stop()));
    await until('all hear', () => [wav, opus, mp3].every((one) => one.body().length > 5000));

    t.is((await desk.set({ 'mp3.bitrate_kbps': 64 })).status, 200);
    await until('the listener of MP3 has been ended', () => !mp3.open());
    t.is(wholeMp3Frames(mp3.body()), mp3.body().length, 'whole frames, in order');
    t.is((await headOf(box, '/stream.mp3')).headers.get('icy-br'), '64');
    const again = listen(box.port, '/stream.mp3');
    await until('who comes back hears the new one', () => again.body().length > 5000);

    t.is((await desk.set({ 'mp3.enabled': false })).status, 200);
    await until('the listener of MP3 has been ended', () => !again.open());
    for (const path of ['/stream.mp3', '/stream.mp3.m3u', '/stream.mp3.pls'])
      t.is((await headOf(box, path)).status, 404, path);
    t.is(
      (await headOf(box, '/stream')).headers.get('content-type'),
      'audio/ogg; codecs=opus',
      'the first that is left',
    );
    t.regex(await (await fetch(`${box.url}/stream.m3u`)).text(), /\/stream\.opus\r\n$/);
    const { formats, listeners } = await box.status();
    t.deepEqual(
      formats.map(({ enabled }) => enabled),
      [false, true, true, true],
    );
    t.deepEqual([formats[3]?.running, formats[3]?.listeners.length], [true, 1], 'what stays is still known');
    t.is(listeners.removed.shutdown ?? 0, 2 * (TRIES - left + 1));

    t.is(
      (await desk.set({ 'mp3.enabled': true, 'mp3.bitrate_kbps': 128, 'flac.bits': 24, 'wav.bits': 16 })).status,
      200,
    );
    const third = listen(box.port, '/stream');
    await until('the address works at once', () => third.body().length > 5000);
    t.true(wholeMp3Frames(third.body()) > 0);
    third.stop();

    await until('enough to judge', () => samplesOf(wav).length > 192_000);
    t.true(wav.open() && opus.open());
    const samples = samplesOf(wav);
    if ((await lostOf(box)) !== lost && left > 1) {
      t.log('the machine stood still; once more');
      continue;
    }
    t.is(breaks(samples), 0);
    t.regex(readFileSync(box.config, 'utf8'), /source = "file:.*" # the sine\n/);
    return;
  }
});

test.serial(
  'the device changes and a WAV listener hears on: as many frames as time, first the one, then the other',
  async (t) => {
    t.timeout(120_000);
    const rig = new PulseRig();
    t.teardown(() => rig.stop());
    await rig.start();
    const [first, second] = [997, 1499] as const;
    for (const [sink, hz] of [
      ['mixer', first],
      ['ear', second],
    ] as const) {
      const tone = rig.play(
        sink,
        sines(
          [
            { hz, dbfs: -12 },
            { hz, dbfs: -12 },
          ],
          60,
        ),
      );
      t.teardown(() => tone.stop());
    }
    const box = await startBox(`${DESK_TOML}[input]\nsource = "alsa"\ndevice = "mixer" # the desk\n`, rig.env);
    t.teardown(() => box.stop());
    const desk = new Desk(box);
    const live = (name: string) => async () => {
      const { programme, source } = await box.status();
      return (programme.state === 'live' && source.name === name && programme.stateMs > 1500) || source;
    };
    await until('live', live('mixer'));
    const wav = listen(box.port, '/stream.wav?burst=0');
    t.teardown(() => wav.stop());
    await until('heard', () => wav.body().length > 192_000);
    const before = samplesOf(wav).length;

    t.deepEqual(await desk.set({ 'input.device': 'ear_monitor' }), { status: 200, waiting: [] });
    await until('live from the other', live('ear_monitor'));
    t.deepEqual(await desk.set({ 'input.period_ms': 20, 'input.buffer_ms': 400, 'input.channels': [2, 1] }), {
      status: 200,
      waiting: [],
    });
    await sleep(100);
    await until('live with another period', live('ear_monitor'));
    t.is((await box.status()).source.asked?.periodMs, 20);

    t.true(wav.open());
    const samples = samplesOf(wav);
    const [begin, end] = [wav.arrivals[0], wav.arrivals.at(-1)];
    const elapsedMs = (end?.atMs ?? 0) - (begin?.atMs ?? 0);
    const heardMs = ((end?.bytes ?? 0) - (begin?.bytes ?? 0)) / 192;
    t.log(`${heardMs.toFixed(0)} ms of sound in ${elapsedMs.toFixed(0)} ms`);
    t.true(Math.abs(heardMs - elapsedMs) < 300, `${heardMs} ms of sound in ${elapsedMs} ms`);
    const level = (part: Int16Array, hz: number) =>
      toneDbfs(
        Float32Array.from(part, (value) => value / 32768),
        0,
        2,
        hz,
      );
    const [was, is] = [samples.subarray(before - 48_000, before), samples.subarray(-48_000)];
    t.true(level(was, first) > -15 && level(was, second) < -50, `${level(was, first)} and ${level(was, second)} dBFS`);
    t.true(level(is, second) > -15 && level(is, first) < -50, `${level(is, second)} and ${level(is, first)} dBFS`);
    t.regex(readFileSync(box.config, 'utf8'), /device = "ear_monitor" # the desk\n/);
  },
);

test.serial('name, places, fallback and log change at once; what cannot be had is refused', async (t) => {
  const { box, desk } = await sineBox(t);
  const mp3 = listen(box.port, '/stream.mp3');
  t.teardown(() => mp3.stop());
  await until('heard', () => mp3.body().length > 1000);
  const changes = {
    'station.name': 'Hall',
    'listeners.max': 1,
    'programme.fallback': 'tone',
    'log.level': 'debug',
  } as const;
  t.deepEqual(await desk.set(changes), { status: 200, waiting: [] });
  const { name, listeners, programme } = await box.status();
  t.deepEqual([name, listeners.max, programme.fallback], ['Hall', 1, 'tone']);
  t.is((await headOf(box, '/stream.mp3')).headers.get('icy-name'), 'Hall');
  t.is((await fetch(`${box.url}/stream.wav`)).status, 503);
  t.true(mp3.open());
  mp3.stop();
  await until('debug', () => /DEBUG: listener of mp3 gone/.test(box.output()));

  const text = readFileSync(box.config, 'utf8');
  const refused = await desk.set({ 'programme.fallback': 'file:/none.wav', 'station.name': 'Church' });
  t.is(refused.status, 400);
  t.regex(refused.faults?.[0] ?? '', /^programme\.fallback = "file:\/none\.wav": /);
  t.is((await desk.set({ 'input.source': 'file:/none.wav' })).status, 400);
  t.is((await box.status()).name, 'Hall');
  t.is(readFileSync(box.config, 'utf8'), text);

  chmodSync(box.config, 0o444);
  t.regex((await desk.settings()).problem ?? '', /is read-only$/);
  const readOnly = await desk.set({ 'station.name': 'Church' });
  t.is(readOnly.status, 409);
  t.regex(readOnly.faults?.[0] ?? '', /is read-only$/);
  t.is((await box.status()).name, 'Hall');
});

test.serial('a push goes on with the new settings of its format, which cannot be switched off', async (t) => {
  t.timeout(60_000);
  const icecast = new Icecast();
  t.teardown(() => icecast.stop());
  await icecast.start();
  const { box, desk } = await sineBox(
    t,
    `[[push]]\nurl = "${icecast.url('/live.mp3')}"\npassword = "${icecast.password}"\n`,
  );
  const onAir = async () => {
    const { pushes } = await box.status();
    return (pushes[0]?.state === 'on air' && pushes[0].sentBytes > 20_000) || pushes;
  };
  await until('on air', onAir, 20_000);
  t.is((await desk.set({ 'mp3.bitrate_kbps': 320 })).status, 200);
  await until('on air again', onAir, 20_000);
  const bitrate = async () => ((await icecast.mount('/live.mp3')) as { bitrate?: number } | undefined)?.bitrate;
  await until('Icecast has it', async () => (await bitrate()) === 320 || bitrate(), 20_000);
  t.is((await box.status()).formats[0]?.running, true);
  const { status, faults } = await desk.set({ 'mp3.enabled': false });
  t.is(status, 400);
  t.regex(faults?.[0] ?? '', /^push\[1\]\.format = "mp3": expected a format that is enabled/);
});

test.serial('a file that has gone is made anew', async (t) => {
  const { box, desk } = await sineBox(t);
  rmSync(box.config);
  t.is((await desk.set({ 'station.name': 'Hall' })).status, 200);
  t.is(readFileSync(box.config, 'utf8'), '[station]\nname = "Hall"\n');
  t.is((await box.status()).name, 'Hall');
});
