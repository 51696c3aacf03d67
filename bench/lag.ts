import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../src/pcm.ts';
import { Icecast } from '../test/support/icecast.ts';
import { PulseRig } from '../test/support/pulse.ts';
import { Arrivals } from './lag/arrivals.ts';
import { beeps } from './lag/beeps.ts';
import { type Listening, listen } from './lag/listen.ts';
import { matchOnsets } from './lag/match.ts';
import {
  type FindOnsets,
  flacOnsets,
  mp3Onsets,
  type Onset,
  opusOnsets,
  rawOnsets,
  wavOnsets,
} from './lag/onset-times.ts';
import { addDarkIce, addFfmpeg, addFfmpegOpus } from './lag/peers.ts';
import { describeMachine } from './machine.ts';
import { DEFAULT_PERIOD_MS, startMixerBox } from './mixer-box.ts';
import { numberOptions } from './options.ts';
import { summarize } from './statistics.ts';
import { table } from './table.ts';

/*
 * How far the streams of the box lie behind a direct recorder of the same sound, beside DarkIce + Icecast and ffmpeg + Icecast:
 * all of them capture from one null sink through alsa-lib and hear the same beeps at the same time. A lag is the time at which
 * the last byte that is needed to hear a beep's first sample reached the listener, minus the time at which that sample reached
 * `parec --latency-msec=10`. What a player adds is not in it. `--peers 0` leaves the others out: PulseAudio delivers to all in
 * pieces as small as the most demanding of them asks for, so they could help the box.
 */

const RATE_HZ = 48000;
/** How long everything runs before a round's first beep, in ms. */
const SETTLE_MS = 3000;
/** How long the slowest may take for the last beep, in ms. */
const TAIL_MS = 2000;
/** The error of an onset in a decoded stream, in ms: MP3 spreads it over some of its own time. */
const TOLERANCE_MS = 5;
/** Fewer matched beeps than this share of a round's make it void. */
const LEAST_SHARE = 0.8;

const NAMES = {
  wav: 'Boardfeed WAV',
  wavPackets: 'Boardfeed WAV, in packets of 4096 bytes',
  opus: 'Boardfeed Opus',
  flac: 'Boardfeed FLAC',
  mp3: 'Boardfeed MP3',
  ffmpegOpus: 'ffmpeg + Icecast Opus',
  ffmpeg: 'ffmpeg + Icecast MP3',
  darkIce: 'DarkIce + Icecast MP3',
};
type Name = keyof typeof NAMES;
/** Lags in ms. */
type Lags = Partial<Record<Name, number[]>>;

const {
  rounds,
  seconds,
  peers,
  'period-ms': periodMs,
} = numberOptions({ rounds: 3, seconds: 30, 'period-ms': DEFAULT_PERIOD_MS, peers: 1 });
console.log(
  `${describeMachine()}\n${rounds} rounds of ${seconds} s; everything is started anew for each. MP3 and Opus at 128 kbit/s, period of the box ${periodMs} ms.`,
);

const rig = new PulseRig();
const all: Lags = {};
try {
  await rig.start();
  for (let round = 1; round <= rounds; round++) {
    const lags = await measureRound(rig, seconds * 1000);
    console.log(`\nRound ${round}, lag in ms:\n${report(lags)}`);
    for (const name of Object.keys(NAMES) as Name[]) all[name] = [...(all[name] ?? []), ...(lags[name] ?? [])];
  }
} finally {
  await rig.stop();
}
console.log(`\nAll rounds, lag in ms:\n${report(all)}`);

function report(lags: Lags): string {
  const darkIceMedian = summarize(lags.darkIce ?? []).median;
  const rows = (Object.keys(NAMES) as Name[]).map((name) => {
    const { count, median, p95, min, spread } = summarize(lags[name] ?? []);
    return [NAMES[name], `${count}`, median, p95, min, spread, `${(median / darkIceMedian).toFixed(3)}`];
  });
  return table(['', 'beeps', 'median', 'p95', 'min', 'spread', 'of DarkIce + Icecast'], rows);
}

async function measureRound(rig: PulseRig, roundMs: number): Promise<Lags> {
  const icecast = new Icecast();
  const box = await startMixerBox(rig, periodMs);
  const listeners: Partial<Record<Name, Listening>> = {};
  const recorder = rig.record('mixer');
  const recorded = new Arrivals();
  recorder.child.stdout?.on('data', (piece: Buffer) => recorded.push(piece, monotonicMs()));
  try {
    await icecast.start();
    if (peers > 0) {
      listeners.darkIce = await listen(await addDarkIce(icecast, 'mixer', rig.env));
      listeners.ffmpeg = await listen(await addFfmpeg(icecast, 'mixer', rig.env));
      listeners.ffmpegOpus = await listen(await addFfmpegOpus(icecast, 'mixer', rig.env));
    }
    for (const format of ['mp3', 'opus', 'flac', 'wav'] as const) {
      listeners[format] = await listen(`${box.url}/stream.${format}?burst=0`);
    }
    await sleep(SETTLE_MS);
    const player = rig.play('mixer', beeps(roundMs, RATE_HZ));
    await sleep(roundMs + TAIL_MS);
    await player.stop();
  } finally {
    for (const listener of Object.values(listeners)) listener.close();
    await Promise.all([recorder.stop(), box.stop(), icecast.stop()]);
  }
  const truth = await rawOnsets(recorded);
  const lags: Lags = {};
  const finders: [Name, FindOnsets][] = [
    ['wav', wavOnsets],
    ['opus', opusOnsets],
    ['flac', flacOnsets],
    ['mp3', mp3Onsets],
    ['ffmpegOpus', opusOnsets],
    ['ffmpeg', mp3Onsets],
    ['darkIce', mp3Onsets],
  ];
  for (const [name, find] of finders) {
    const arrivals = listeners[name]?.arrivals;
    if (!arrivals) continue;
    const pairs = pairUp(name, await find(arrivals), truth);
    lags[name] = pairs.map(({ heard, real }) => heard.arrivedMs - real.arrivedMs);
    if (name !== 'wav') continue;
    lags.wavPackets = pairs.map(({ heard, real }) => (heard.packetArrivedMs ?? Number.NaN) - real.arrivedMs);
  }
  return lags;
}

/** The beeps of a stream beside those of the direct recording. Throws when too many are missing: the round says nothing then. */
function pairUp(name: Name, heard: Onset[], real: Onset[]): { heard: Onset; real: Onset }[] {
  const times = (onsets: Onset[]) => onsets.map(({ atMs }) => atMs);
  const pairs = matchOnsets(times(heard), times(real), TOLERANCE_MS).flatMap(({ a, b }) => {
    const [one, other] = [heard[a], real[b]];
    return one && other ? [{ heard: one, real: other }] : [];
  });
  if (pairs.length === 0 || pairs.length < LEAST_SHARE * real.length) {
    throw new Error(
      `${NAMES[name]}: only ${pairs.length} of ${real.length} beeps were found again (${heard.length} heard)`,
    );
  }
  return pairs;
}
