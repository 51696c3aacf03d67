import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import type { Piece } from '../../../src/live/message.ts';
import type { CardBox } from '../../support/card/card-box.ts';
import { Stage } from '../../support/card/stage.ts';
import { TONES } from '../../support/guest/guest-box.ts';
import { plugInLoopback, startMixer, unplugLoopback } from '../../support/guest/loopback.ts';
import { type Listening, listen } from '../../support/listener.ts';
import { type LivePage, openPage } from '../../support/live-page.ts';
import { PulseRig } from '../../support/pulse.ts';
import { sines } from '../../support/tones.ts';

/*
 * The sound card is unplugged and plugged in again, while people listen. One machine for all of it, so the order counts.
 */

const TIMES = 20;
const LOOPBACK_TIMES = 5;
/** From the plug to the sound, s of the guest's clock. */
const LIVE_S = 3;
/** Times after which everything that is made once has been made. */
const WARM_UP = 3;
/** The heap breathes, kB. */
const MEMORY_KB = 12_000;
/** Above it, somebody plays; below, it is silence. */
const LOUD_DBFS = -40;
const STREAMS = ['/stream.mp3', '/stream.opus'];
const TONES_FILE = '/run/tones.f32';

const stage = Stage.for(test);
const rig = new PulseRig();
let box: CardBox;
let page: LivePage;
let listeners: Listening[];

test.before('a box on air, and listeners', async () => {
  await rig.start();
  rig.playForever('mixer', sines(TONES, 1));
  ({ box } = await stage.onAir(stage.card(), { rig }));
  await box.untilHeard(60);
  page = await openPage(box.port, '', {}, 30_000);
  listeners = STREAMS.map((stream) => listen(box.port, stream));
});

test.after.always(async () => {
  page?.socket.terminate();
  for (const listener of listeners ?? []) listener.stop();
  await rig.stop();
});

const isLoud = ({ levels }: Piece) => levels.every(({ peakDbfs }) => peakDbfs > LOUD_DBFS);

/** Waits for the first piece of the page, captured after a moment, that is loud or is not. Returns when its end was captured, s. */
async function untilLoud(loud: boolean, fromS: number): Promise<number> {
  const from = page.pieces.length;
  let found: Piece | undefined;
  await box.until(loud ? 'sound' : 'silence', 30, async () => {
    found = page.pieces.slice(from).find((piece) => piece.atMs > fromS * 1000 && isLoud(piece) === loud);
    return found !== undefined;
  });
  return (found?.atMs ?? 0) / 1000;
}

interface Footprint {
  readonly descriptors: number;
  readonly threads: number;
  readonly memoryKb: number;
}

async function footprint(): Promise<Footprint> {
  const printed = await box.guest.sh(
    [
      'pid=$(systemctl show --property=MainPID --value boardfeed.service)',
      'ls /proc/$pid/fd | wc -l',
      'ls /proc/$pid/task | wc -l',
      "sed -n 's/^VmRSS: *\\([0-9]*\\) kB/\\1/p' /proc/$pid/status",
    ].join('; '),
  );
  const [descriptors = 0, threads = 0, memoryKb = 0] = printed.trim().split('\n').map(Number);
  return { descriptors, threads, memoryKb };
}

const words = (times: readonly number[]) => {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(2);
  return `${sorted.length} times: ${at(0)} to ${at(1)} s, median ${at(0.5)} s`;
};

/** What is wrong with the listeners: they stay, and go on hearing. */
async function lostListeners(): Promise<string[]> {
  const before = listeners.map((listener) => listener.body().length);
  await sleep(2000);
  const faults = listeners.flatMap((listener, index) =>
    listener.open() && listener.body().length > (before[index] ?? 0) ? [] : [`${STREAMS[index]} ended`],
  );
  return page.closed === undefined ? faults : [...faults, `the page was closed: ${page.closed}`];
}

test.serial(
  `unplugged and plugged in again ${TIMES} times, it is live again each time, and loses nobody`,
  async (t) => {
    t.timeout(20 * 60_000);
    const times: number[] = [];
    let before: Footprint | undefined;
    for (let time = 0; time < TIMES; time++) {
      if (time === WARM_UP) before = await footprint();
      await box.pi.unplugSound();
      await untilLoud(false, box.guest.nowS());
      const pluggedS = box.guest.nowS();
      await box.pi.plugInSound();
      times.push((await untilLoud(true, pluggedS)) - pluggedS);
    }
    const after = await footprint();
    t.log(`sound again after it was plugged in, ${words(times)}`);
    t.log(`before: ${JSON.stringify(before)}; after: ${JSON.stringify(after)}`);
    t.deepEqual(
      times.filter((s) => !(s < LIVE_S)),
      [],
    );
    t.deepEqual(await lostListeners(), []);
    t.true(after.descriptors <= (before?.descriptors ?? 0), 'descriptors leak');
    t.true(after.threads <= (before?.threads ?? 0), 'threads leak');
    t.true(after.memoryKb - (before?.memoryKb ?? 0) < MEMORY_KB, 'memory leaks');
  },
);

test.serial("the kernel's loopback card, unbound and bound again, is another that comes and goes", async (t) => {
  t.timeout(10 * 60_000);
  await box.pi.unplugSound();
  await box.ssh.run(`cat > ${TONES_FILE}`, 60, Buffer.from(sines(TONES, 1).buffer));
  await box.guest.sh(`modprobe snd-aloop && ${startMixer(TONES_FILE)}`);
  await untilLoud(true, box.guest.nowS());
  const times: number[] = [];
  for (let time = 0; time < LOOPBACK_TIMES; time++) {
    await box.guest.sh(unplugLoopback);
    await untilLoud(false, box.guest.nowS());
    // When the kernel has it again; the mixer in the guest needs a moment more.
    const pluggedS = Number.parseFloat(await box.guest.sh(`${plugInLoopback} && cat /proc/uptime`));
    const liveS = await box.until('live', 30, async () => (await box.status()).programme.state === 'live');
    times.push(liveS - pluggedS);
    await untilLoud(true, box.guest.nowS());
  }
  t.log(`live again after it was bound, ${words(times)}`);
  t.deepEqual(
    times.filter((s) => !(s < LIVE_S)),
    [],
  );
  t.deepEqual(await lostListeners(), []);
});

test.serial('the service has never been started again', async (t) => {
  t.is(await box.property('NRestarts'), '0');
  t.is((await box.status()).listeners.now, STREAMS.length + 1);
});
