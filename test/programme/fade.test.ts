import test from 'ava';
import fc from 'fast-check';
import { Fade } from '../../src/programme/fade.ts';

const RATE_HZ = 48000;

test('without a cut every sample passes unchanged', (t) => {
  const fade = new Fade(RATE_HZ, 2);
  const samples = Float32Array.from({ length: 960 }, (_, index) => Math.fround(Math.sin(index)));
  const before = Float32Array.from(samples);
  fade.apply(samples);
  t.deepEqual(samples, before);
});

test('a cut between any two levels moves over 10 ms without a step, however the blocks are cut', (t) => {
  const level = fc.float({ min: -1, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      level,
      level,
      fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 50 }),
      (from, to, lengths) => {
        const fade = new Fade(RATE_HZ, 1);
        fade.apply(new Float32Array(10).fill(from));
        fade.cut();
        let last = from;
        let frames = 0;
        for (const length of lengths) {
          const samples = new Float32Array(length).fill(to);
          fade.apply(samples);
          for (const sample of samples) {
            if (Math.abs(sample - last) > 0.01 * Math.abs(to - from) + 1e-6) t.fail(`a step from ${last} to ${sample}`);
            last = sample;
          }
          frames += length;
        }
        if (frames > 480 && last !== Math.fround(to)) t.fail('the fade never ends');
      },
    ),
  );
  t.pass();
});
