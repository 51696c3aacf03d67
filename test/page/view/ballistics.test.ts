import test from 'ava';
import fc from 'fast-check';
import type { PieceLevel } from '../../../src/live/message.ts';
import { follow, hasArrived, type Needle, RESTING } from '../../../src/page/view/ballistics.ts';
import { FLOOR_DBFS } from '../../../src/programme/levels.ts';

const QUIET: PieceLevel = { peakDbfs: FLOOR_DBFS, rmsDbfs: FLOOR_DBFS };
const LOUD: PieceLevel = { peakDbfs: -6, rmsDbfs: -12 };

/** Follows a level for so long, in steps of a picture. */
function followed(needle: Needle, level: PieceLevel, ms: number, stepMs = 20): Needle {
  let moved = needle;
  for (let at = 0; at < ms; at += stepMs) moved = follow(moved, level, stepMs);
  return moved;
}

test('a peak is shown at once, the RMS within a few pictures', (t) => {
  const first = follow(RESTING, LOUD, 20);
  t.is(first.peakDbfs, -6);
  t.is(first.holdDbfs, -6);
  t.true(Math.abs(followed(RESTING, LOUD, 300).rmsDbfs - LOUD.rmsDbfs) < 1);
});

test('the peak falls by 20 dB in 1.7 s', (t) => {
  const fallen = followed(follow(RESTING, LOUD, 0), QUIET, 1700);
  t.true(Math.abs(fallen.peakDbfs - (LOUD.peakDbfs - 20)) < 0.5, `${fallen.peakDbfs}`);
});

test('the highest peak is held, and then falls more slowly than the peak', (t) => {
  const loud = follow(RESTING, LOUD, 0);
  t.is(followed(loud, QUIET, 1480).holdDbfs, LOUD.peakDbfs);
  const later = followed(loud, QUIET, 2500);
  t.true(Math.abs(later.holdDbfs - (LOUD.peakDbfs - 10)) < 0.5, `${later.holdDbfs}`);
});

test('a louder peak is held anew', (t) => {
  const held = followed(follow(RESTING, LOUD, 0), QUIET, 1400);
  const again = followed(follow(held, { ...LOUD, peakDbfs: -3 }, 20), QUIET, 1400);
  t.is(again.holdDbfs, -3);
});

test('one long step does what many short ones do', (t) => {
  const loud = follow(RESTING, LOUD, 0);
  const long = follow(loud, QUIET, 2400);
  const short = followed(loud, QUIET, 2400);
  t.true(Math.abs(long.peakDbfs - short.peakDbfs) < 0.5);
  t.true(Math.abs(long.holdDbfs - short.holdDbfs) < 0.5);
  t.true(Math.abs(long.rmsDbfs - short.rmsDbfs) < 0.5);
});

const dbfs = fc.double({ min: FLOOR_DBFS, max: 0, noNaN: true });
const level = fc.record({ peakDbfs: dbfs, rmsDbfs: dbfs });

test('whatever comes, the held peak is never below the peak, nor the peak below the level, and all come to rest', (t) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(level, fc.integer({ min: 0, max: 1000 })), { minLength: 1 }), (heard) => {
      let needle = RESTING;
      for (const [next, ms] of heard) {
        needle = follow(needle, next, ms);
        t.true(needle.holdDbfs >= needle.peakDbfs - 1e-9);
        t.true(needle.peakDbfs >= next.peakDbfs);
      }
      const [last] = heard.at(-1) ?? [QUIET];
      t.true(hasArrived(followed(needle, last, 30_000, 100), last));
    }),
  );
});
