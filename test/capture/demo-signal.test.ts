import test from 'ava';
import { demoSignal, MARKER_HZ, MARKER_PEAK, MARKERS_MS } from '../../src/capture/demo-signal.ts';
import { toneDbfs } from '../support/tones.ts';

test('markers are found by a filter, and only where they are', (t) => {
  const samples = demoSignal({ rateHz: 48000, channels: 2 });
  const levelAt = (ms: number) => toneDbfs(samples.subarray(ms * 96, (ms + 40) * 96), 0, 2, MARKER_HZ);
  const markerDbfs = 20 * Math.log10(MARKER_PEAK);
  for (const atMs of MARKERS_MS) {
    t.true(Math.abs(levelAt(atMs) - markerDbfs) < 1, `marker at ${atMs} ms: ${levelAt(atMs)} dBFS`);
    t.true(levelAt(atMs + 200) < markerDbfs - 30, `nothing at ${atMs + 200} ms: ${levelAt(atMs + 200)} dBFS`);
  }
});

for (const channels of [1, 2]) {
  test(`it is loud enough to be heard, has room to full scale, and no seam: ${channels} channels`, (t) => {
    const samples = demoSignal({ rateHz: 44100, channels });
    const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    t.true(peak > 0.1 && peak < 0.5, `peak ${peak}`);
    t.true(Math.abs((samples[0] ?? 0) - (samples[samples.length - channels] ?? 0)) < 0.02);
  });
}
