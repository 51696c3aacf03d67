import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../src/pcm.ts';
import { PulseRig } from '../test/support/pulse.ts';
import { music } from './cost/music.ts';
import { COMPARED, type ComparedId, listenToBox, type OnAir, startFfmpeg } from './cost/on-air.ts';
import { type Memory, readMemory, readThreadsMs, threadsDelta } from './cost/proc.ts';
import { describeMachine } from './machine.ts';
import { DEFAULT_PERIOD_MS, startMixerBox } from './mixer-box.ts';
import { numberOptions } from './options.ts';
import { median } from './statistics.ts';
import { table } from './table.ts';

/*
 * What the box costs on air: its memory with one MP3 listener, and its CPU time beside an ffmpeg that does the same work, from
 * ALSA to the listeners, in the same windows of time: first one MP3 listener at 128 kbit/s, then one for each of the four formats.
 * Each has a PulseAudio of its own: one PulseAudio delivers to all in pieces as small as the most demanding asks for, so that each
 * would pay for the other's wishes. At last both share one, for comparison.
 */

/** How long both run before anything is counted, in s: V8 has then compiled what is hot, and memory has settled. */
const SETTLE_S = 35;
/** The same for an ffmpeg that was started anew, in s; the box's encoders that nobody needs any more have ended, too. */
const SETTLE_FFMPEG_S = 15;

/** Formats with one listener each. */
const MP3: readonly ComparedId[] = ['mp3'];
const ALL: readonly ComparedId[] = ['mp3', 'opus', 'flac', 'wav'];

const {
  windows,
  seconds,
  'period-ms': periodMs,
} = numberOptions({ windows: 5, seconds: 8, 'period-ms': DEFAULT_PERIOD_MS });
console.log(
  `${describeMachine()}\n${windows} windows of ${seconds} s each. MP3 and Opus at 128 kbit/s, period of the box ${periodMs} ms.`,
);

const rigs = [new PulseRig(), new PulseRig()] as const;
const [rig, otherRig] = rigs;
const stops: Array<() => Promise<unknown>> = [];
try {
  for (const one of rigs) {
    await one.start();
    one.play('mixer', music(2 * SETTLE_S + 2 * SETTLE_FFMPEG_S + 3 * windows * (seconds + 1) + 60));
  }
  const box = await startMixerBox(rig, periodMs);
  stops.push(box.stop);
  const one = await listenToBox(box, MP3);
  let ffmpeg = await startFfmpeg(otherRig, MP3);
  stops.push(() => ffmpeg.stop());
  await sleep(SETTLE_S * 1000);
  const pid = one.pid;
  const before = readMemory(pid);
  const apart = await measure([one, ffmpeg]);
  const after = readMemory(pid);
  await one.stop();
  await ffmpeg.stop();
  const four = await listenToBox(box, ALL);
  ffmpeg = await startFfmpeg(otherRig, ALL);
  await sleep(SETTLE_S * 1000);
  const apartFour = await measure([four, ffmpeg]);
  const afterFour = readMemory(pid);
  await four.stop();
  await ffmpeg.stop();
  const again = await listenToBox(box, MP3);
  ffmpeg = await startFfmpeg(rig, MP3);
  await sleep(SETTLE_FFMPEG_S * 1000);
  const together = await measure([again, ffmpeg]);

  console.log('\nMemory of the box, MB (10⁶ bytes):');
  console.log(
    table(
      ['', 'resident (VmRSS)', 'proportional (PSS)', 'private dirty'],
      [
        memoryRow(`after ${SETTLE_S} s`, before),
        memoryRow(`after ${SETTLE_S + windows * seconds} s`, after),
        memoryRow('with all four formats', afterFour),
      ],
    ),
  );
  console.log('\nCPU, ms per s, medians of the windows (ratios: of each window, then the median):');
  console.log(
    table(
      ['', 'Boardfeed', 'ffmpeg', 'ratio'],
      [
        cpuRow('MP3, a mixer each', apart),
        cpuRow('four formats, a mixer each', apartFour),
        cpuRow('MP3, both at one mixer', together),
      ],
    ),
  );
} finally {
  for (const stop of stops) await stop();
  for (const one of rigs) await one.stop();
}

function memoryRow(name: string, { rssMb, pssMb, privateDirtyMb }: Memory) {
  return [name, rssMb, pssMb, privateDirtyMb];
}

function cpuRow(name: string, [box = [], ffmpeg = []]: number[][]) {
  const ratio = median(box.map((ms, index) => ms / (ffmpeg[index] ?? Number.NaN)));
  return [name, median(box), median(ffmpeg), ratio.toFixed(2)];
}

/** CPU time of each server in each window, in ms per s; prints every window. Throws when a listener hears too little or too much. */
async function measure(servers: readonly OnAir[]): Promise<number[][]> {
  const results: number[][] = servers.map(() => []);
  console.log(`\n${servers.map(({ name }) => name).join(' and ')}, CPU in ms per s, and of which threads:`);
  for (let window = 0; window < windows; window++) {
    const before = servers.map(({ pid, listeners }) => ({ threads: readThreadsMs(pid), bytes: received(listeners) }));
    const startMs = monotonicMs();
    await sleep(seconds * 1000);
    const passedS = (monotonicMs() - startMs) / 1000;
    for (const [index, { name, pid, listeners }] of servers.entries()) {
      const { totalMs, threads } = threadsDelta(before[index]?.threads ?? new Map(), readThreadsMs(pid));
      for (const [format, bytes] of received(listeners)) {
        const kbps = ((bytes - (before[index]?.bytes.get(format) ?? 0)) * 8) / 1000 / passedS;
        const [least, most] = COMPARED[format].kbps;
        if (kbps < least || kbps > most)
          throw new Error(`the ${format} listener of ${name} received ${kbps.toFixed(1)} kbit/s`);
      }
      results[index]?.push(totalMs / passedS);
      const busy = threads.filter(({ ms }) => ms / passedS >= 0.05);
      const parts = busy.map((thread) => `${thread.name} ${(thread.ms / passedS).toFixed(1)}`).join(', ');
      console.log(`  ${name.padEnd(9)} ${(totalMs / passedS).toFixed(1).padStart(5)}  (${parts})`);
    }
  }
  return results;
}

function received(listeners: OnAir['listeners']): Map<ComparedId, number> {
  return new Map([...listeners].map(([format, { arrivals }]) => [format, arrivals.length]));
}
