import type { Format } from '../src/encoders/encoder.ts';
import { mp3Format } from '../src/encoders/mp3.ts';
import { opusFormat } from '../src/encoders/opus.ts';
import { PacketEncoder } from '../src/encoders/packets.ts';
import { native } from '../src/native.ts';
import { distanceOf, meanOf } from './codecs/distance.ts';
import { type Encoded, encodeOurs, encodeWith, type Fed, feed, kbpsOf } from './codecs/encode.ts';
import { RATE_HZ, recordings } from './codecs/recordings.ts';
import { decode } from './lag/decode.ts';
import { describeMachine } from './machine.ts';
import type { Distance } from './mp3/quality.ts';
import { numberOptions } from './options.ts';
import { median } from './statistics.ts';
import { type Cell, table } from './table.ts';

/*
 * What our encoders make of real music and speech: MP3 and Opus beside lame and opusenc at the same settings, Opus by complexity, FLAC by
 * length of its frames and by level. Bitrates are those of what is sent: our Ogg has a page for each packet of 20 ms, opusenc's has one a
 * second. Quality: see bench/mp3/quality.ts. CPU: CPU time of the encoding calls on this machine, all settings in turn.
 */

const PCM = { rateHz: RATE_HZ, channels: 2 };
const { repeats, kbps: bitrates } = numberOptions({ repeats: 5, kbps: [64, 128] });
const material = Object.entries(await recordings());
const names = material.map(([name]) => name);

/** An encoder in the comparison. */
interface Contender {
  name: string;
  demuxer: 'mp3' | 'ogg';
  encode(samples: Float32Array): Encoded;
}

const ours = (name: string, demuxer: Contender['demuxer'], format: Format): Contender => ({
  name: `Boardfeed ${name}`,
  demuxer,
  encode: (samples) => encodeOurs(format, samples),
});
const program = (demuxer: Contender['demuxer'], line: string, files: readonly string[]): Contender => {
  const [command = '', ...args] = line.split(' ');
  return { name: line, demuxer, encode: (samples) => encodeWith(command, [...args, ...files], samples) };
};
const lame = (options: string) => program('mp3', `lame ${options}`, ['--silent', '-', '-']);
const opusenc = (options: string) => program('ogg', `opusenc ${options}`, ['--quiet', '-', '-']);
const opus = (bitrateKbps: number, complexity: number) => opusFormat(PCM, { bitrateKbps, complexity });

console.log(`${describeMachine()}\nStereo at 48 kHz, blocks of 10 ms; ${names.join(', ')}.`);
for (const kbps of bitrates) {
  await printComparison(`At ${kbps} kbit/s, beside the reference encoders`, [
    ours('MP3', 'mp3', mp3Format(PCM, kbps)),
    lame(`--cbr -b ${kbps} --resample 48 -q 5 --nores`),
    lame(`--cbr -b ${kbps} --resample 48`),
    ours('Opus, complexity 5', 'ogg', opus(kbps, 5)),
    opusenc(`--bitrate ${kbps} --comp 5`),
    ours('Opus, complexity 10', 'ogg', opus(kbps, 10)),
    opusenc(`--bitrate ${kbps}`),
  ]);
}
for (const kbps of bitrates) {
  const complexities = [0, 2, 4, 5, 6, 7, 8, 10];
  const cpu = measureCpu(complexities.map((complexity) => () => opus(kbps, complexity).createEncoder()));
  await printComparison(
    `Opus at ${kbps} kbit/s, by complexity`,
    complexities.map((complexity) => ours(`Opus, complexity ${complexity}`, 'ogg', opus(kbps, complexity))),
    cpu,
  );
}
printFlac('FLAC of 16 bits, level 5, by length of its frames', [
  ...[192, 240, 256, 480, 512, 576, 960, 1152, 4096].map((blockFrames) => ({ blockFrames, level: 5 })),
]);
printFlac('FLAC of 16 bits, by level', [...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((level) => ({ blockFrames: 480, level }))]);

async function printComparison(title: string, contenders: readonly Contender[], cpu?: readonly number[]) {
  const rows: { sum: Cell[]; each: Cell[] }[] = [];
  for (const [index, { name, demuxer, encode }] of contenders.entries()) {
    const results: { kbps: number; distance: Distance }[] = [];
    for (const [, samples] of material) {
      const { bytes, kbps } = encode(samples);
      results.push({ kbps, distance: distanceOf(samples, await decode(demuxer, bytes)) });
    }
    const { snrDb, nmrDb, audiblePercent } = meanOf(results.map(({ distance }) => distance));
    const sent = results.reduce((sum, { kbps }) => sum + kbps, 0) / results.length;
    rows.push({
      sum: [name, sent, ...(cpu ? [cpu[index] ?? Number.NaN] : []), snrDb, nmrDb, audiblePercent],
      each: [name, ...results.map(({ distance }) => `${distance.snrDb.toFixed(1)} / ${distance.nmrDb.toFixed(1)}`)],
    });
  }
  const head = ['', 'kbit/s sent', ...(cpu ? ['CPU ms per s'] : []), 'SNR dB', 'NMR dB', 'above mask %'];
  console.log(
    `\n${title}:\n\n${table(
      head,
      rows.map(({ sum }) => sum),
    )}`,
  );
  console.log(
    `\nSegmental SNR / noise to mask, both in dB:\n\n${table(
      ['', ...names],
      rows.map(({ each }) => each),
    )}`,
  );
}

function printFlac(title: string, settings: readonly { blockFrames: number; level: number }[]) {
  const open = (setting: { blockFrames: number; level: number }) => () =>
    new PacketEncoder(native.flacOpen({ ...PCM, bits: 16, frameNumbers: 2 ** 31 - 1, ...setting }), PCM);
  const cpu = measureCpu(settings.map(open));
  const rows = settings.map((setting, index) => {
    const kbps = material.map(([, samples]) => {
      const encoder = open(setting)();
      const rate = kbpsOf(feed(encoder, samples), samples);
      encoder.close();
      return rate;
    });
    const mean = kbps.reduce((sum, value) => sum + value, 0) / kbps.length;
    const blockMs = (setting.blockFrames * 1000) / RATE_HZ;
    return [`${setting.blockFrames}`, blockMs, `${setting.level}`, mean, cpu[index] ?? Number.NaN, ...kbps];
  });
  console.log(`\n${title}, in kbit/s:\n\n${table(['frames', 'ms', 'level', 'mean', 'CPU ms per s', ...names], rows)}`);
}

/** CPU time of each encoder's calls, in ms per s of sound: the median of some runs, all encoders in turn. */
function measureCpu(open: readonly (() => Fed & { close(): void })[]): number[] {
  const seconds = material.reduce((sum, [, samples]) => sum + samples.length / 2 / RATE_HZ, 0);
  const times = open.map(() => [] as number[]);
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const [index, create] of open.entries()) {
      let cpuMs = 0;
      for (const [, samples] of material) {
        const encoder = create();
        const start = process.threadCpuUsage();
        feed(encoder, samples);
        const { user, system } = process.threadCpuUsage(start);
        cpuMs += (user + system) / 1000;
        encoder.close();
      }
      times[index]?.push(cpuMs / seconds);
    }
  }
  return times.map(median);
}
