import { spawn } from 'node:child_process';
import { openSync, writeSync } from 'node:fs';
import { toFloats } from '../../test/support/tones.ts';
import { OtherClock } from './resample.ts';

/*
 * A sound card with a clock of its own: takes what the mixer plays, and delivers it to PulseAudio's module-pipe-source as many ppm
 * faster as it is told. A process of its own, so that nothing else that the benchmark does keeps it waiting.
 *
 *   node bench/ear/card.ts PPM FIFO
 */

const [ppm = '0', fifo = ''] = process.argv.slice(2);
const clock = new OtherClock(Number(ppm), 2);
// Also for reading, as the module does: opening waits for nobody then.
const pipe = openSync(fifo, 'r+');
const recorder = spawn(
  'parec',
  ['-d', 'mixer.monitor', '--raw', '--format=float32le', '--rate=48000', '--channels=2', '--latency-msec=10'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
let rest: Buffer = Buffer.alloc(0);
recorder.stdout.on('data', (piece: Buffer) => {
  const bytes = Buffer.concat([rest, piece]);
  const whole = bytes.length & ~7;
  rest = bytes.subarray(whole);
  const frames = clock.push(toFloats(bytes.subarray(0, whole)));
  const out = Buffer.from(frames.buffer, frames.byteOffset, frames.byteLength);
  for (let at = 0; at < out.length; ) at += writeSync(pipe, out, at);
});
recorder.once('exit', () => process.exit());
process.once('SIGTERM', () => recorder.kill());
