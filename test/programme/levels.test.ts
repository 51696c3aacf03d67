import test from 'ava';
import { LevelMeter } from '../../src/programme/levels.ts';

const FORMAT = { rateHz: 48000, channels: 2 };
const RULE = { silenceDbfs: -60, silenceAfterMs: 1000 };

/** Interleaved stereo sines of the given peaks, in dBFS; -Infinity is zeros. */
function sines(ms: number, leftDbfs: number, rightDbfs: number): Float32Array {
  const samples = new Float32Array((FORMAT.rateHz * ms * 2) / 1000);
  for (let frame = 0; frame * 2 < samples.length; frame++) {
    samples[frame * 2] = 10 ** (leftDbfs / 20) * Math.sin((2 * Math.PI * 997 * frame) / FORMAT.rateHz);
    samples[frame * 2 + 1] = 10 ** (rightDbfs / 20) * Math.sin((2 * Math.PI * 1499 * frame) / FORMAT.rateHz);
  }
  return samples;
}

/** A meter that has taken `samples` in, in pieces of `pieceFrames`. */
function metered(samples: Float32Array, pieceFrames = 480): LevelMeter {
  const meter = new LevelMeter(FORMAT, RULE);
  for (let at = 0; at < samples.length; at += pieceFrames * 2) meter.add(samples.subarray(at, at + pieceFrames * 2));
  return meter;
}

for (const pieceFrames of [1, 480, 4799, 20000]) {
  test(`peak and RMS per channel, in pieces of ${pieceFrames} frames`, (t) => {
    const [left, right] = metered(sines(300, -12, -20), pieceFrames).levels;
    t.true(Math.abs((left?.peakDbfs ?? 0) + 12) < 0.05);
    t.true(Math.abs((left?.rmsDbfs ?? 0) + 15.01) < 0.05);
    t.true(Math.abs((right?.peakDbfs ?? 0) + 20) < 0.05);
    t.true(Math.abs((right?.rmsDbfs ?? 0) + 23.01) < 0.05);
  });
}

test('zeros are told from silence, and silence from signal, only after the time is up', (t) => {
  t.is(metered(sines(900, -Infinity, -Infinity)).fact, 'signal');
  t.is(metered(sines(1100, -Infinity, -Infinity)).fact, 'zeros');
  t.is(metered(sines(900, -70, -70)).fact, 'signal');
  t.is(metered(sines(1100, -70, -70)).fact, 'silent');
  t.is(metered(sines(1100, -70, -50)).fact, 'signal', 'one channel is enough');
  t.is(metered(sines(1100, -Infinity, -90)).fact, 'silent', 'one noisy channel is no zeros');
});

test('clipping is a run of full-scale samples, and stays visible for two seconds', (t) => {
  t.is(metered(sines(300, -0.1, -3)).fact, 'signal');
  const loud = sines(300, 3, -3).map((sample) => Math.min(1, Math.max(-1, sample)));
  const meter = metered(loud);
  t.is(meter.fact, 'clipping');
  meter.add(sines(1900, -12, -12));
  t.is(meter.fact, 'clipping');
  meter.add(sines(200, -12, -12));
  t.is(meter.fact, 'signal');
});

test('single full-scale samples are no clipping', (t) => {
  const samples = sines(300, -20, -20);
  for (let at = 0; at < samples.length; at += 100) samples[at] = 1;
  t.is(metered(samples).fact, 'signal');
});

test('when a signal counts as silent can be changed', (t) => {
  const meter = metered(sines(1100, -70, -70));
  t.is(meter.fact, 'silent');
  meter.setRule({ ...RULE, silenceAfterMs: 1500 });
  t.is(meter.fact, 'signal');
  meter.add(sines(500, -70, -70));
  t.is(meter.fact, 'silent');
  meter.setRule({ ...RULE, silenceDbfs: -80 });
  meter.add(sines(100, -70, -70));
  t.is(meter.fact, 'signal');
});
