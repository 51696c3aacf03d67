import test from 'ava';
import { RESAMPLER_FRAMES, Resampler } from '../../../src/page/sound/resampler.ts';

const RATE_HZ = 48_000;
const sine = (frequencyHz: number, index: number) => Math.sin((2 * Math.PI * frequencyHz * index) / RATE_HZ);

for (const frequencyHz of [100, 997, 8000, 16_000]) {
  test(`between samples a sine of ${frequencyHz} Hz is still that sine`, (t) => {
    const resampler = new Resampler();
    const samples = Float32Array.from({ length: 2000 }, (_, index) => sine(frequencyHz, index));
    let error = 0;
    let power = 0;
    for (let position = RESAMPLER_FRAMES.before; position < 2000 - RESAMPLER_FRAMES.after; position += 1.00037) {
      const wanted = sine(frequencyHz, position);
      error += (resampler.at(samples, position) - wanted) ** 2;
      power += wanted ** 2;
    }
    const errorDb = 10 * Math.log10(error / power);
    t.true(errorDb < -85, `${errorDb.toFixed(1)} dB`);
  });
}

test('what the output cannot hold is taken away', (t) => {
  const resampler = new Resampler(0.5);
  const samples = Float32Array.from({ length: 2000 }, (_, index) => sine(18_000, index));
  let loudest = 0;
  for (let position = 100; position < 1900; position += 2) {
    loudest = Math.max(loudest, Math.abs(resampler.at(samples, position)));
  }
  t.true(loudest < 0.01, `${loudest}`);
});
