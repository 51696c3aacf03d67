import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../src/pcm.ts';
import { type Box, freePort } from '../test/support/box.ts';
import { type Running, run } from '../test/support/processes.ts';
import { PulseRig } from '../test/support/pulse.ts';
import { music } from './cost/music.ts';
import { type Memory, readMemory, readThreadsMs, threadsDelta } from './cost/proc.ts';
import { type Listening, listen } from './lag/listen.ts';
import { describeMachine } from './machine.ts';
import { DEFAULT_PERIOD_MS, startMixerBox } from './mixer-box.ts';
import { numberOptions } from './options.ts';
import { median } from './statistics.ts';
import { table } from './table.ts';

/*
 * What the box costs on air with one MP3 listener: its memory, and its CPU time beside an ffmpeg that does the same work, from
 * ALSA to one HTTP listener at 128 kbit/s, in the same windows of time. First each has a PulseAudio of its own: one PulseAudio
 * delivers to all in pieces as small as the most demanding asks for, so that each would pay for the other's wishes. Then both
 * share one, for comparison.
 */

/** How long both run before anything is counted, in s: V8 has then compiled what is hot, and memory has settled. */
const SETTLE_S = 35;
/** The same for an ffmpeg that was started anew, in s. */
const SETTLE_FFMPEG_S = 5;

/** A server on air and its one listener. */
interface OnAir {
  name: string;
  pid: number;
  listening: Listening;
  stop(): Promise<void>;
}

const {
  windows,
  seconds,
  'period-ms': periodMs,
} = numberOptions({ windows: 5, seconds: 8, 'period-ms': DEFAULT_PERIOD_MS });
console.log(
  `${describeMachine()}\n${windows} windows of ${seconds} s each. One listener, MP3 at 128 kbit/s, period of the box ${periodMs} ms.`,
);

const rigs = [new PulseRig(), new PulseRig()] as const;
const [rig, otherRig] = rigs;
const onAir: OnAir[] = [];
try {
  for (const one of rigs) {
    await one.start();
    one.play('mixer', music(SETTLE_S + SETTLE_FFMPEG_S + 2 * windows * (seconds + 1) + 30));
  }
  const box = await boxOnAir(rig);
  onAir.push(box);
  const ffmpeg = await ffmpegOnAir(otherRig);
  onAir.push(ffmpeg);
  await sleep(SETTLE_S * 1000);
  const before = readMemory(box.pid);
  const apart = await measure([box, ffmpeg]);
  const after = readMemory(box.pid);
  await ffmpeg.stop();
  const ffmpegBeside = await ffmpegOnAir(rig);
  onAir.push(ffmpegBeside);
  await sleep(SETTLE_FFMPEG_S * 1000);
  const together = await measure([box, ffmpegBeside]);

  console.log('\nMemory of the box, MB (10⁶ bytes):');
  console.log(
    table(
      ['', 'resident (VmRSS)', 'proportional (PSS)', 'private dirty'],
      [memoryRow(SETTLE_S, before), memoryRow(SETTLE_S + windows * seconds, after)],
    ),
  );
  console.log('\nCPU, ms per s, medians of the windows (ratios: of each window, then the median):');
  console.log(
    table(['', 'Boardfeed', 'ffmpeg', 'ratio'], [cpuRow('a mixer each', apart), cpuRow('both at one mixer', together)]),
  );
} finally {
  for (const server of onAir) await server.stop();
  for (const one of rigs) await one.stop();
}

function memoryRow(afterS: number, { rssMb, pssMb, privateDirtyMb }: Memory) {
  return [`after ${afterS} s`, rssMb, pssMb, privateDirtyMb];
}

function cpuRow(name: string, [box = [], ffmpeg = []]: number[][]) {
  const ratio = median(box.map((ms, index) => ms / (ffmpeg[index] ?? Number.NaN)));
  return [name, median(box), median(ffmpeg), ratio.toFixed(2)];
}

/** CPU time of each server in each window, in ms per s; prints every window. Throws when a listener hears nothing. */
async function measure(servers: readonly OnAir[]): Promise<number[][]> {
  const results: number[][] = servers.map(() => []);
  console.log(`\n${servers.map(({ name }) => name).join(' and ')}, CPU in ms per s, and of which threads:`);
  for (let window = 0; window < windows; window++) {
    const before = servers.map(({ pid, listening }) => ({
      threads: readThreadsMs(pid),
      bytes: listening.arrivals.length,
    }));
    const startMs = monotonicMs();
    await sleep(seconds * 1000);
    const passedS = (monotonicMs() - startMs) / 1000;
    servers.forEach(({ name, pid, listening }, index) => {
      const { totalMs, threads } = threadsDelta(before[index]?.threads ?? new Map(), readThreadsMs(pid));
      const kbps = ((listening.arrivals.length - (before[index]?.bytes ?? 0)) * 8) / 1000 / passedS;
      if (kbps < 115 || kbps > 141) throw new Error(`the listener of ${name} received ${kbps.toFixed(1)} kbit/s`);
      results[index]?.push(totalMs / passedS);
      const busy = threads.filter(({ ms }) => ms / passedS >= 0.05);
      const parts = busy.map((thread) => `${thread.name} ${(thread.ms / passedS).toFixed(1)}`).join(', ');
      console.log(`  ${name.padEnd(9)} ${(totalMs / passedS).toFixed(1).padStart(5)}  (${parts})`);
    });
  }
  return results;
}

async function boxOnAir(rig: PulseRig): Promise<OnAir> {
  const box: Box = await startMixerBox(rig, periodMs);
  return serve('Boardfeed', box, `${box.url}/stream.mp3`);
}

async function ffmpegOnAir(rig: PulseRig): Promise<OnAir> {
  const url = `http://127.0.0.1:${await freePort()}/`;
  const input = ['-nostdin', '-v', 'error', '-f', 'alsa', '-ac', '2', '-ar', '48000', '-i', 'mixer'];
  const output = [
    '-c:a',
    'libmp3lame',
    '-b:a',
    '128k',
    '-f',
    'mp3',
    '-content_type',
    'audio/mpeg',
    '-listen',
    '1',
    url,
  ];
  const ffmpeg = run('ffmpeg', [...input, ...output], { env: rig.env });
  return serve('ffmpeg', ffmpeg, url);
}

/** Waits until the server takes a listener; ffmpeg listens only once it has captured. */
async function serve(name: string, { child, output, stop }: Running, url: string): Promise<OnAir> {
  const endMs = monotonicMs() + 10_000;
  for (;;) {
    try {
      const listening = await listen(url);
      const end = async () => {
        listening.close();
        await stop();
      };
      return { name, pid: child.pid ?? 0, listening, stop: end };
    } catch (error) {
      if (child.exitCode !== null || monotonicMs() > endMs) {
        await stop();
        throw new Error(`${name}: ${(error as Error).message}\n${output()}`);
      }
      await sleep(100);
    }
  }
}
