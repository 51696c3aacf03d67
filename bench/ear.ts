import { Icecast } from '../test/support/icecast.ts';
import { audioEar, pageEar, wavEar } from './ear/browser.ts';
import { measureDrift } from './ear/drift.ts';
import { type Heard, measureDelay, measureFloor } from './ear/latency.ts';
import { mpvEar } from './ear/mpv.ts';
import type { Ear } from './ear/playing.ts';
import { driftGoals, driftReport, latencyGoals, latencyTable, type Row } from './ear/report.ts';
import { EarRig } from './ear/rig.ts';
import { type Goal, goalsTable } from './fanout/goals.ts';
import { addDarkIce } from './lag/peers.ts';
import { describeMachine } from './machine.ts';
import { DEFAULT_PERIOD_MS, startMixerBox } from './mixer-box.ts';
import { numberOptions } from './options.ts';

/*
 * From the mixer to the ear: bursts of noise at irregular times go into the mixer, and are found again in what a player gives to its
 * loudspeaker. Both are recorded by one recorder on one clock, so that a delay is a number of frames.
 *
 *   --quick --uncompressed --trusted --robust --audio --wav --mpv   measure these ears only, not all (with --drift: not the page's quick way)
 *   --peers                                      also DarkIce + Icecast
 *   --drift                                      one long run with a capture clock that is --ppm fast, beside the ear's
 *
 * Ends with code 1 when a goal is missed, or could not be measured.
 */

const chosen = numberOptions({
  rounds: 3,
  seconds: 30,
  'period-ms': DEFAULT_PERIOD_MS,
  drift: false,
  minutes: 30,
  ppm: 200,
  peers: false,
  quick: false,
  uncompressed: false,
  trusted: false,
  robust: false,
  audio: false,
  wav: false,
  mpv: false,
});
/** How long the floor is measured, s. */
const FLOOR_S = 10;

const own = {
  quick: pageEar('quick'),
  uncompressed: pageEar('uncompressed'),
  trusted: pageEar('quick', true),
  robust: pageEar('robust'),
  audio: audioEar('<audio>, /stream.mp3', (box) => `${box}/stream.mp3`),
  wav: wavEar,
  mpv: mpvEar('mpv --profile=low-latency, /stream.mp3', (box) => `${box}/stream.mp3`),
};
const named = (Object.keys(own) as (keyof typeof own)[]).filter((name) => chosen[name]);
const names = named.length > 0 ? named : chosen.drift ? ['quick' as const] : (Object.keys(own) as (keyof typeof own)[]);
const ears: Ear[] = names.map((name) => own[name]);

console.log(describeMachine());
const rig = new EarRig();
const icecast = new Icecast();
const goals: Goal[] = [];
try {
  await rig.start();
  goals.push(...(chosen.drift ? await runDrift() : await runLatency()));
} finally {
  await icecast.stop();
  await rig.stop();
}
if (goals.length > 0) console.log(`\n${goalsTable(goals)}`);
if (goals.some(({ met }) => met !== true)) process.exitCode = 1;

async function runLatency(): Promise<Goal[]> {
  const { rounds, seconds, peers, 'period-ms': periodMs } = chosen;
  console.log(
    `${rounds} rounds of ${seconds} s, every player started anew for each. Delay from the mixer to the ear in ms; period of the box ${periodMs} ms.`,
  );
  const box = await startMixerBox(rig, periodMs);
  const where = { rig, box: box.url };
  const measured: Row[] = [{ name: 'the same in mixer and ear', heard: [await measureFloor(where, FLOOR_S)] }];
  try {
    if (peers) {
      await icecast.start();
      const url = await addDarkIce(icecast, 'mixer', rig.env);
      ears.push(audioEar('<audio>, DarkIce + Icecast', () => url));
      ears.push(mpvEar('mpv --profile=low-latency, DarkIce + Icecast', () => url));
    }
    for (const ear of ears) measured.push({ name: ear.name, heard: await measureRounds(ear) });
  } finally {
    await box.stop();
  }
  console.log(`\n${latencyTable(measured)}`);
  return ears.flatMap((ear) => latencyGoals(ear, measured.find(({ name }) => name === ear.name)?.heard ?? []));

  /** Says why when an ear cannot be measured; the others still are. */
  async function measureRounds(ear: Ear): Promise<Heard[]> {
    const heard: Heard[] = [];
    try {
      for (let round = 0; round < rounds; round++) heard.push(await measureDelay(ear, where, seconds));
    } catch (error) {
      console.log(`${ear.name}: ${(error as Error).message}`);
    }
    return heard;
  }
}

async function runDrift(): Promise<Goal[]> {
  const { minutes, ppm, 'period-ms': periodMs } = chosen;
  console.log(
    `${minutes} minutes with a capture clock ${ppm} ppm faster than the ear's; period of the box ${periodMs} ms.`,
  );
  await rig.startCard(ppm);
  const box = await startMixerBox(rig, periodMs, 'card');
  const found: Goal[] = [];
  try {
    for (const ear of ears) {
      const drift = await measureDrift(ear, { rig, box: box.url }, box, minutes).catch((error: Error) => {
        console.log(`${ear.name}: ${error.message}`);
        return undefined;
      });
      if (drift) console.log(driftReport(ear.name, drift));
      found.push(...driftGoals(ear.name, drift));
    }
  } finally {
    await box.stop();
  }
  return found;
}
