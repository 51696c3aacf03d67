import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { monotonicMs } from '../../src/pcm.ts';
import { freePort, startBox } from '../support/box.ts';
import { faultsHeard, hear } from '../support/hear.ts';
import { Icecast } from '../support/icecast.ts';
import { type Listening, listen } from '../support/listener.ts';
import { until } from '../support/processes.ts';
import { PulseRig } from '../support/pulse.ts';
import { sines } from '../support/tones.ts';

const TONES = [
  { hz: 997, dbfs: -12 },
  { hz: 1499, dbfs: -20 },
];
/** What it sends to Icecast. */
const PUSHED = ['mp3', 'opus', 'flac'];
/** What Icecast can fetch: the header of native FLAC, and of WAV, it gives to nobody who comes later. */
const RELAYED = ['mp3', 'opus'];
const KILLS = 5;
const HEAR_S = 3;
/** How much longer the worst gap may be when the box's Icecast dies than when a stranger's does, on the same machine. */
const FACTOR = 3;
/** The longest time without sound for a listener of the box since `fromMs`, ms. */
function worstGapMs({ arrivals }: Listening, fromMs: number): number {
  const times = arrivals.map(({ atMs }) => atMs).filter((atMs) => atMs >= fromMs);
  return Math.max(...times.map((atMs, index) => atMs - (times[index - 1] ?? atMs)));
}

test('Icecast relays the box and is sent to; it dies five times and freezes, and comes back, and the box’s own listeners hear nothing of it', async (t) => {
  t.timeout(400_000);
  const rig = new PulseRig();
  t.teardown(() => rig.stop());
  await rig.start();
  const tone = rig.play('mixer', sines(TONES, 390));
  t.teardown(() => tone.stop());

  const port = await freePort();
  const [icecast, stranger] = [new Icecast(), new Icecast()];
  t.teardown(() => Promise.all([icecast.stop(), stranger.stop()]));
  const relays = RELAYED.map((id) => ({ port, path: `/stream.${id}` }));
  await icecast.start({ relays, mostSources: 10 });
  await stranger.start();
  const pushes = PUSHED.map((id) => {
    return `[[push]]\nurl = "${icecast.url(`/live.${id}`)}"\npassword = "${icecast.password}"\nformat = "${id}"\n`;
  });
  const config = `[station]\ntitle = "Sunday"\n[input]\nsource = "alsa"\ndevice = "mixer"\n${pushes.join('')}`;
  const box = await startBox(config, rig.env, port);
  t.teardown(() => box.stop());
  const listeners = [...RELAYED, 'wav'].map((id) => listen(port, `/stream.${id}`));
  t.teardown(() => listeners.map((listener) => listener.stop()));

  const paths = [...PUSHED.map((id) => `/live.${id}`), ...RELAYED.map((id) => `/stream.${id}`)];
  const allThere = async () => {
    const { pushes } = await box.status();
    if (!pushes.every(({ state }) => state === 'on air')) return pushes;
    const mounts = (await icecast.mounts().catch(() => [])).map(({ listenurl }) => new URL(listenurl).pathname);
    return paths.every((path) => mounts.includes(path)) || mounts;
  };
  const allHeard = async () => {
    const heard = await Promise.all(paths.map((path) => hear(icecast.url(path), HEAR_S)));
    for (const [index, sound] of heard.entries()) t.deepEqual(faultsHeard(sound, HEAR_S, TONES), [], paths[index]);
  };
  await until('relayed and sent to', allThere, 30_000);
  await allHeard();
  for (const path of paths.filter((one) => one.endsWith('.mp3'))) {
    await until(`the title of ${path}`, async () => (await icecast.mount(path))?.title === 'Sunday');
  }

  const quietFromMs = monotonicMs();
  for (let left = KILLS; left > 0; left--) {
    await stranger.kill();
    await sleep(1000);
    await stranger.restart();
    await sleep(3000);
  }
  const quiet = listeners.map((listener) => worstGapMs(listener, quietFromMs));

  const disturbedFromMs = monotonicMs();
  for (let killed = 1; killed <= KILLS; killed++) {
    await icecast.kill();
    await sleep(1000);
    await icecast.restart();
    await until(`all there again after kill ${killed}`, allThere, 60_000);
  }
  icecast.signal('SIGSTOP');
  await until(
    'the box has left it',
    async () => {
      const { pushes } = await box.status();
      return pushes.every(({ failures }) => failures.stalled === 1) || pushes;
    },
    40_000,
  );
  icecast.signal('SIGCONT');
  await until('all there again after it was frozen', allThere, 90_000);
  const disturbed = listeners.map((listener) => worstGapMs(listener, disturbedFromMs));

  await allHeard();
  const status = await box.status();
  t.log(
    `worst gaps: ${quiet.map(Math.round)} ms while a stranger's died, ${disturbed.map(Math.round)} ms while ours did`,
  );
  t.log(JSON.stringify(status.pushes));
  t.true(listeners.every((listener) => listener.open()));
  for (const [index, gapMs] of disturbed.entries()) {
    t.true(gapMs <= FACTOR * (quiet[index] ?? 0), `listener ${index}: ${gapMs} ms, ${quiet[index]} ms in peace`);
  }
  for (const { connects } of status.pushes) {
    t.true(connects >= KILLS + 2, `${connects} connects`);
  }
  await box.stop();
  await until('the mounts have gone with the box', async () => (await icecast.mounts()).length === 0);
});
