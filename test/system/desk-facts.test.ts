import test from 'ava';
import type { BoxHealth, DeskListeners, LevelHistory, Mixer } from '../../src/desk/contract.ts';
import { startBox } from '../support/box.ts';
import { hear } from '../support/hear.ts';
import { listen } from '../support/listener.ts';
import { until } from '../support/processes.ts';
import { PulseRig } from '../support/pulse.ts';
import { sines, toneDbfs } from '../support/tones.ts';

const AUTHORIZATION = `Basic ${Buffer.from('admin:hand').toString('base64')}`;
const LEFT = { hz: 997, dbfs: -12 };
const RIGHT = { hz: 1499, dbfs: -20 };
/** What PulseAudio makes of half of its volume, on its cubic scale. */
const HALF_DB = 60 * Math.log10(0.5);

test('the desk sets the gain and hears it, and is told of levels, listeners and the machine', async (t) => {
  t.timeout(150_000);
  const rig = new PulseRig();
  t.teardown(() => rig.stop());
  await rig.start();
  const tone = rig.play('mixer', sines([LEFT, RIGHT], 140));
  t.teardown(() => tone.stop());
  const box = await startBox(
    '[input]\nsource = "alsa"\ndevice = "mixer"\n[http]\nadmin_password = "hand"\n[programme]\nsilence_after_s = 1\ngrace_s = 1\n',
    rig.env,
  );
  t.teardown(() => box.stop());
  const ask = async <T>(path: string): Promise<T> => {
    const answer = await fetch(box.url + path, { headers: { authorization: AUTHORIZATION } });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json() as Promise<T>;
  };
  const put = async (change: object) => {
    const answer = await fetch(`${box.url}/api/mixer`, {
      method: 'PUT',
      headers: { authorization: AUTHORIZATION, 'content-type': 'application/json' },
      body: JSON.stringify(change),
    });
    return { status: answer.status, body: (await answer.json()) as Mixer & { faults?: string[] } };
  };
  /** Level of the left tone as a listener hears it from now on. */
  const heard = async () => {
    const { samples } = await hear(`${box.url}/stream.wav?burst=0`, 2);
    return toneDbfs(samples.subarray(samples.length >> 1), 0, 2, LEFT.hz);
  };
  await until('live', async () => (await box.status()).programme.level === 'signal');
  const listeners = ['/stream.mp3', '/stream.wav'].map((path) => listen(box.port, path));
  t.teardown(() => listeners.map((listener) => listener.stop()));

  // The mixer: what alsa-lib says, what PulseAudio says, and what is heard are one.
  const { card, controls } = await ask<Mixer>('/api/mixer');
  t.is(card, 'mixer');
  t.deepEqual(controls, [
    { name: 'Capture', index: 0, gain: { min: 0, max: 65_536, values: [65_536, 65_536] }, on: true },
  ]);
  const full = await heard();
  const half = await put({ name: 'Capture', index: 0, gain: 32_768 });
  t.is(half.status, 200);
  t.deepEqual(half.body.controls[0]?.gain?.values, [32_768, 32_768]);
  t.deepEqual(await rig.captureGain(), { volumes: [32_768, 32_768], mute: false });
  const quiet = await heard();
  t.true(Math.abs(quiet - full - HALF_DB) < 0.5, `${full} dBFS, and then ${quiet}`);

  // A wrong change is refused in words and changes nothing.
  for (const [change, words] of [
    [{ name: 'Capture', index: 0, gain: 65_537 }, /from 0 to 65536/],
    [{ name: 'Capture', index: 1, gain: 1 }, /no control "Capture" with the index 1/],
    [{ name: 'Capture', index: 0, option: 1 }, /has no choice/],
  ] as const) {
    const { status, body } = await put(change);
    t.is(status, 400);
    t.regex(body.faults?.join() ?? '', words);
  }
  t.deepEqual(await rig.captureGain(), { volumes: [32_768, 32_768], mute: false });

  // Every listener is there, and none that has gone.
  await until('both listeners are told of', async () => {
    const { listeners } = await ask<DeskListeners>('/api/listeners');
    const formats = listeners.map(({ format }) => format).sort();
    return formats.join() === 'mp3,wav' || formats;
  });
  for (const { id, address, connectedS, behindMs, rttMs, retransmits } of (await ask<DeskListeners>('/api/listeners'))
    .listeners) {
    t.is(address, '127.0.0.1');
    t.true(id.length > 0 && connectedS > 0 && behindMs >= 0 && behindMs < 4000);
    t.is(typeof rttMs, 'number');
    t.is(typeof retransmits, 'number');
  }

  // Switched off, the card gives zeros; the history tells of it, and of the tone before.
  t.is((await put({ name: 'Capture', index: 0, on: false })).status, 200);
  t.true((await rig.captureGain()).mute);
  const marked = (mark: string) => async () => {
    const { entries } = await ask<LevelHistory>('/api/levels');
    return entries.some(({ marks }) => marks.some((one) => one === mark)) || JSON.stringify(entries);
  };
  await until('zeros are marked', marked('zeros'), 15_000);
  const { stepS, endsAt, entries } = await ask<LevelHistory>('/api/levels');
  t.is(stepS, 5);
  t.true(Date.now() - Date.parse(endsAt) < 6000);
  const before = entries.filter(({ marks }) => marks.length === 0);
  const peaks = before.map(({ peakDbfs }) => peakDbfs);
  t.true(Math.abs(Math.max(...peaks) - LEFT.dbfs) < 0.5, JSON.stringify(entries));

  const health = await ask<BoxHealth>('/api/box');
  t.is(health.version, (await box.status()).version);
  t.true(health.cpuPercent > 0 && health.memoryBytes > 1e7);
  t.like(health.capture, { xruns: 0, xrunsLastHour: 0, lostFrames: 0 });
  t.regex(health.machine?.system ?? '', /Debian|Ubuntu|Linux/);

  // The card is pulled out: it is said in words, by the mixer too, and stays in the history.
  await rig.kill();
  await until('lost is marked', marked('lost'), 15_000);
  await until('fallback is marked', marked('fallback'), 15_000);
  const gone = await ask<Mixer>('/api/mixer');
  t.is(gone.card, undefined);
  t.regex(gone.problem ?? '', /mixer mixer cannot be reached .*refused/);
  const refused = await put({ name: 'Capture', index: 0, on: true });
  t.is(refused.status, 503);
  t.regex(refused.body.faults?.join() ?? '', /cannot be reached/);
  t.true(listeners.every((listener) => listener.open()));
});
