import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { monotonicMs } from '../../src/pcm.ts';
import { startBox } from '../support/box.ts';
import { listen } from '../support/listener.ts';
import { run, until } from '../support/processes.ts';
import { PulseRig } from '../support/pulse.ts';
import { sines, toFloats, toneDbfs } from '../support/tones.ts';

const BYTES_PER_MS = 192;

test('killing the sound system and starting it again: everybody stays, the length is right, every state is named', async (t) => {
  t.timeout(120_000);
  const rig = new PulseRig();
  t.teardown(() => rig.stop());
  await rig.start();
  const play = () =>
    rig.play(
      'mixer',
      sines(
        [
          { hz: 997, dbfs: -12 },
          { hz: 1499, dbfs: -20 },
        ],
        60,
      ),
    );
  let tone = play();
  t.teardown(() => tone.stop());
  const box = await startBox(
    '[input]\nsource = "alsa"\ndevice = "mixer"\n[programme]\ngrace_s = 2\nfallback = "tone"',
    rig.env,
  );
  t.teardown(() => box.stop());
  const listeners = ['/stream.wav', '/stream.mp3', '/stream.wav', '/stream.mp3'].map((path) => listen(box.port, path));
  t.teardown(() => listeners.map((listener) => listener.stop()));
  const [wav] = listeners;
  if (!wav) throw new Error('no listener');
  const state = async () => (await box.status()).programme.state;
  await until('live', async () => (await state()) === 'live' || (await state()));
  await sleep(2000);

  /** How much more time has been heard than has passed since `fromMs`, at best over the next two seconds, in ms. */
  const ahead = async () => {
    const before = wav.arrivals.length;
    await sleep(2000);
    return Math.max(...wav.arrivals.slice(before).map(({ atMs, bytes }) => bytes / BYTES_PER_MS - atMs));
  };
  const aheadBefore = await ahead();
  const killedAtMs = monotonicMs();
  await rig.kill();
  await until('lost', async () => (await state()) === 'lost' || (await state()));
  const { problem } = (await box.status()).programme;
  t.true(['unplugged', 'failed', 'absent', 'stalled'].includes(problem?.cause ?? ''), JSON.stringify(problem));
  t.true((problem?.message.length ?? 0) > 10);
  await until('fallback', async () => (await state()) === 'fallback' || (await state()));
  await sleep(1000);
  const inFallback = (await box.status()).programme;
  t.is(inFallback.problem?.cause, 'absent', JSON.stringify(inFallback.problem));
  await rig.start();
  await tone.stop();
  tone = play();
  await until('live again', async () => (await state()) === 'live' || (await state()));
  const lostMs = monotonicMs() - killedAtMs;
  t.is((await box.status()).programme.problem, undefined);
  await sleep(2000);
  const aheadAfter = await ahead();

  t.true(
    listeners.every((listener) => listener.open()),
    'every listener is still connected',
  );
  t.true(
    Math.abs(aheadAfter - aheadBefore) <= 10,
    `length is off by ${aheadAfter - aheadBefore} ms after a loss of ${lostMs} ms`,
  );
  const worstGapMs = Math.max(...wav.arrivals.map(({ atMs }, index) => atMs - (wav.arrivals[index - 1]?.atMs ?? atMs)));
  t.true(worstGapMs < 1000, `a gap of ${worstGapMs} ms`);

  const body = wav.body().subarray(44);
  const pcm = new Int16Array(Uint8Array.from(body.subarray(0, body.length & ~3)).buffer);
  const samples = Float32Array.from(pcm, (sample) => sample / 32768);
  const atTheEnd = samples.subarray(-48000);
  t.true(Math.abs(toneDbfs(atTheEnd, 0, 2, 997) + 12) < 0.5);
  t.true(Math.abs(toneDbfs(atTheEnd, 1, 2, 1499) + 20) < 0.5);
  const seconds = Array.from({ length: Math.floor(samples.length / 96000) }, (_, at) =>
    samples.subarray(at * 96000, (at + 1) * 96000),
  );
  t.true(
    seconds.some((second) => Math.abs(toneDbfs(second, 0, 2, 440) + 20) < 0.5),
    'the fallback tone was heard',
  );
  // Two seconds of it, faded at both ends, need not hold a whole one of these.
  const halves = Array.from({ length: Math.floor(samples.length / 48000) }, (_, at) =>
    samples.subarray(at * 48000, (at + 1) * 48000),
  );
  t.true(
    halves.some((half) => half.every((sample) => sample === 0)),
    'silence was heard before it',
  );

  // The MP3 of the same time decodes without a word, from the first byte to the last, and is as long.
  const mp3 = listeners[1]?.body() ?? Buffer.alloc(0);
  const ffmpeg = run('ffmpeg', ['-v', 'warning', '-f', 'mp3', '-i', '-', '-f', 'f32le', '-'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const decoded: Buffer[] = [];
  ffmpeg.child.stdout?.on('data', (part) => decoded.push(part));
  ffmpeg.child.stdin?.end(mp3);
  await new Promise((resolve) => ffmpeg.child.once('close', resolve));
  t.notRegex(ffmpeg.output(), /error|invalid|missing|overread/i);
  const mp3Ms = toFloats(Buffer.concat(decoded)).length / 96;
  t.true(Math.abs(mp3Ms - samples.length / 96) < 150, `${mp3Ms} ms of MP3, ${samples.length / 96} ms of WAV`);
});
