import test from 'ava';
import { hann, powerSpectrum } from '../../bench/mp3/fft.ts';
import { compare, findDelay, segmentalSnrDb } from '../../bench/mp3/quality.ts';

const RATE_HZ = 48000;
const sine = (hz: number, frames: number, peak = 0.5) =>
  Float64Array.from({ length: frames }, (_, frame) => peak * Math.sin((2 * Math.PI * hz * frame) / RATE_HZ));
const plus = (a: Float64Array, b: Float64Array) => a.map((value, at) => value + (b[at] ?? 0));

test('the spectrum of a sine is one peak of the known height', (t) => {
  const power = powerSpectrum(sine((RATE_HZ / 1024) * 40, 1024, 1), hann(1024));
  t.is(power.indexOf(Math.max(...power)), 40);
  t.true(Math.abs((power[40] ?? 0) - 256 ** 2) < 1e-6);
  t.true((power[50] ?? 1) < 1e-12);
});

test('segmental SNR of a known disturbance, clipped at both ends', (t) => {
  const signal = sine(1000, RATE_HZ);
  t.true(Math.abs(segmentalSnrDb(signal, plus(signal, sine(1000, RATE_HZ, 0.05)), RATE_HZ) - 20) < 1e-6);
  t.is(segmentalSnrDb(signal, signal, RATE_HZ), 35);
  t.is(segmentalSnrDb(signal, plus(signal, sine(1000, RATE_HZ, 50)), RATE_HZ), -10);
});

test('a mere change of level is reported as such, and not as noise', (t) => {
  const signal = sine(1000, RATE_HZ);
  const { levelDb, snrDb, audiblePercent } = compare(
    signal,
    signal.map((value) => value / 2),
    RATE_HZ,
  );
  t.true(Math.abs(levelDb + 6.0206) < 1e-3);
  t.is(snrDb, 35);
  t.is(audiblePercent, 0);
});

test('the same disturbance is masked beside the signal, and audible far above it', (t) => {
  const signal = sine(1000, RATE_HZ);
  const near = compare(signal, plus(signal, sine(1030, RATE_HZ, 0.004)), RATE_HZ);
  const far = compare(signal, plus(signal, sine(6000, RATE_HZ, 0.004)), RATE_HZ);
  t.is(near.audiblePercent, 0);
  t.true(far.audiblePercent > 0);
});

test('a delay is found to the frame', (t) => {
  const signal = sine(440, 9600).map((value, at) => value * Math.exp(-at / 3000));
  const late = new Float64Array(12000);
  late.set(signal, 1105);
  t.is(findDelay(signal, late, 1000, 1250), 1105);
});
