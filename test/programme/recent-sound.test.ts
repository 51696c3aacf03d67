import test from 'ava';
import fc from 'fast-check';
import { RecentSound } from '../../src/programme/recent-sound.ts';

/** One frame a ms. */
const FORMAT = { rateHz: 1000, channels: 2 };

test('the last so many ms are there, as far as they were written and kept', (t) => {
  const blocks = fc.array(fc.nat(30), { maxLength: 30 });
  fc.assert(
    fc.property(fc.nat(40), blocks, fc.nat(60), (keepMs, lengths, askedMs) => {
      const recent = new RecentSound(FORMAT, keepMs);
      const all: number[] = [];
      for (const frames of lengths) {
        const block = Float32Array.from({ length: frames * 2 }, (_, index) => all.length + index);
        all.push(...block);
        recent.write(block);
      }
      const frames = Math.min(askedMs, keepMs, all.length / 2);
      t.deepEqual([...recent.last(askedMs)], all.slice(all.length - 2 * frames));
    }),
  );
  t.pass();
});

test('what was read is a copy', (t) => {
  const recent = new RecentSound(FORMAT, 2);
  recent.write(Float32Array.of(1, 2, 3, 4));
  const last = recent.last(2);
  recent.write(Float32Array.of(5, 6, 7, 8));
  t.deepEqual([...last], [1, 2, 3, 4]);
});
