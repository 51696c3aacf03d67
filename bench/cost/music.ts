import { DEMO_LOOP_MS, demoSignal } from '../../src/capture/demo-signal.ts';

/** The demo signal, long enough for so many seconds: stereo at 48 kHz, interleaved. An encoder has less work with silence. */
export function music(seconds: number): Float32Array {
  const loop = demoSignal({ rateHz: 48000, channels: 2 });
  const loops = Math.ceil((seconds * 1000) / DEMO_LOOP_MS);
  const samples = new Float32Array(loop.length * loops);
  for (let count = 0; count < loops; count++) samples.set(loop, count * loop.length);
  return samples;
}
