import { distanceOf, meanOf } from './codecs/distance.ts';
import { BEEP_RULE, beeps, beepTimesMs } from './lag/beeps.ts';
import { decode } from './lag/decode.ts';
import { matchOnsets } from './lag/match.ts';
import { findOnsets } from './lag/onsets.ts';
import { findMp3Frames, MP3_SAMPLES } from './lag/streams.ts';
import { describeMachine } from './machine.ts';
import { encode, framesInFor, type Mp3Settings } from './mp3/codec.ts';
import { material, RATE_HZ } from './mp3/material.ts';
import type { Distance } from './mp3/quality.ts';
import { numberOptions } from './options.ts';
import { median, summarize } from './statistics.ts';
import { table } from './table.ts';

/*
 * What LAME's settings do to delay, CPU time and quality. Delay: how much more sound, from the first sample of a beep on, must
 * have gone into the encoder in blocks of 10 ms before the last byte of the MP3 frame is out in which a decoder has that
 * sample; it includes the wait for the end of the block. CPU: CPU time of the encoding calls on this machine. Quality: see
 * bench/mp3/quality.ts.
 */

/** Length of the beeps for the delay, in ms. */
const BEEPS_MS = 40_000;
/** By how many frames a decoder's output may be late: LAME's 576 and the decoder's 529 are expected. */
const DELAY_FRAMES = { least: 1000, most: 1250 };
const RULE = { channels: 2, threshold: BEEP_RULE.threshold, quietFrames: (BEEP_RULE.quietMs * RATE_HZ) / 1000 };

const { repeats } = numberOptions({ repeats: 7 });
const settings: Mp3Settings[] = [
  ...[0, 2, 3, 5, 7, 9].flatMap((quality) => both({ bitrateKbps: 128, quality })),
  ...both({ bitrateKbps: 64, quality: 5 }),
  ...both({ bitrateKbps: 320, quality: 5 }),
];
const signals = material();

console.log(`${describeMachine()}\nStereo at 48 kHz, blocks of 10 ms. CPU: median of ${repeats} runs in turn.`);
const cpu = measureCpu();
const rows: { delay: (string | number)[]; quality: (string | number)[] }[] = [];
for (const setting of settings) rows.push(await measure(setting));
const head = ['kbit/s', 'reservoir', 'quality'];
console.log(
  `\nDelay in ms, CPU in ms per s of sound, level of the music after decoding, and the means over all signals:\n`,
);
console.log(
  table(
    [...head, 'delay median', 'min', 'max', 'CPU', 'level dB', 'SNR dB', 'NMR dB', 'above mask %'],
    rows.map(({ delay }) => delay),
  ),
);
console.log(`\nSegmental SNR in dB / noise to mask in dB, by signal:\n`);
console.log(
  table(
    [...head, ...Object.keys(signals)],
    rows.map(({ quality }) => quality),
  ),
);

function both(setting: Omit<Mp3Settings, 'reservoir'>): Mp3Settings[] {
  return [
    { ...setting, reservoir: false },
    { ...setting, reservoir: true },
  ];
}

async function measure(setting: Mp3Settings) {
  const name = [`${setting.bitrateKbps}`, setting.reservoir ? 'on' : 'off', `${setting.quality}`];
  const delay = summarize(await measureDelay(setting));
  const distances: Distance[] = [];
  for (const samples of Object.values(signals)) {
    const decoded = await decode('mp3', encode(samples, setting).bytes);
    distances.push(distanceOf(samples, decoded, DELAY_FRAMES));
  }
  const mean = meanOf(distances);
  const levelOfMusic = (distances[0]?.levelDb ?? Number.NaN).toFixed(2);
  return {
    delay: [
      ...name,
      delay.median,
      delay.min,
      delay.max,
      median(cpu.get(setting) ?? []),
      levelOfMusic,
      mean.snrDb,
      mean.nmrDb,
      mean.audiblePercent,
    ],
    quality: [...name, ...distances.map(({ snrDb, nmrDb }) => `${snrDb.toFixed(1)} / ${nmrDb.toFixed(1)}`)],
  };
}

/** CPU time of the encoding calls, in ms per s of sound, by setting: all settings in turn, so that a busy machine is busy for all. */
function measureCpu(): Map<Mp3Settings, number[]> {
  const times = new Map<Mp3Settings, number[]>(settings.map((setting) => [setting, []]));
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const setting of settings) {
      let [cpuMs, seconds] = [0, 0];
      for (const samples of Object.values(signals)) {
        const encoded = encode(samples, setting);
        cpuMs += encoded.cpuMs;
        seconds += (encoded.outAfter.length * encoded.blockFrames) / RATE_HZ;
      }
      times.get(setting)?.push(cpuMs / seconds);
    }
  }
  return times;
}

async function measureDelay(setting: Mp3Settings): Promise<number[]> {
  const encoded = encode(beeps(BEEPS_MS, RATE_HZ), setting);
  const { ends } = findMp3Frames(encoded.bytes);
  const heard = findOnsets(await decode('mp3', encoded.bytes), RULE);
  const real = beepTimesMs(BEEPS_MS).map((ms) => Math.round((ms * RATE_HZ) / 1000));
  const pairs = matchOnsets(heard, real, RATE_HZ / 200);
  if (pairs.length !== real.length) throw new Error(`only ${pairs.length} of ${real.length} beeps were found again`);
  return pairs.map(({ a, b }) => {
    const end = ends[Math.floor((heard[a] ?? 0) / MP3_SAMPLES)] ?? Number.NaN;
    return ((framesInFor(encoded, end) - (real[b] ?? 0)) / RATE_HZ) * 1000;
  });
}
