import test from 'ava';
import fc from 'fast-check';
import { Arrivals } from '../../bench/lag/arrivals.ts';
import { BEEP_RULE, beeps, beepTimesMs } from '../../bench/lag/beeps.ts';
import { matchOnsets } from '../../bench/lag/match.ts';
import { findOnsets } from '../../bench/lag/onsets.ts';
import { findMp3Frames, findWavSamples } from '../../bench/lag/streams.ts';
import { wavHeader } from '../../src/encoders/wav.ts';

const RULE = { channels: 2, threshold: BEEP_RULE.threshold, quietFrames: (BEEP_RULE.quietMs * 48000) / 1000 };

test('beeps are found at the very frame at which they begin', (t) => {
  const expected = beepTimesMs(20_000).map((ms) => Math.round((ms * 48000) / 1000));
  t.true(expected.length > 15);
  t.deepEqual(findOnsets(beeps(20_000, 48000), RULE), expected);
});

test('a signal that is loud from the start, and one that is never loud', (t) => {
  t.deepEqual(findOnsets(new Float32Array([1, 0, 1, 0]), RULE), [0]);
  t.deepEqual(findOnsets(new Float32Array(2000).fill(0.01), RULE), []);
});

test('no two distances of beeps within a minute are alike', (t) => {
  const times = beepTimesMs(60_000);
  const distances = times.slice(1).map((ms, index) => ms - (times[index] ?? 0));
  const sorted = distances.toSorted((a, b) => a - b);
  t.true(sorted.slice(1).every((ms, index) => ms - (sorted[index] ?? 0) > 2));
});

test('onset lists match in spite of any shift, jitter, and of onsets that only one of them has', (t) => {
  const times = beepTimesMs(40_000);
  const property = fc.property(
    fc.double({ min: -1e5, max: 1e5, noNaN: true }),
    fc.array(fc.nat(times.length - 1), { maxLength: 10 }),
    fc.nat(6),
    fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: times.length, maxLength: times.length }),
    (shift, missing, late, jitter) => {
      const a = times.map((ms, index) => ({ ms: ms + shift + (jitter[index] ?? 0), index }));
      const heard = a.filter(({ index }) => !missing.includes(index));
      const b = times.slice(late);
      const pairs = matchOnsets(
        heard.map(({ ms }) => ms),
        b,
        5,
      );
      const common = heard.filter(({ index }) => index >= late);
      return pairs.length === common.length && pairs.every((pair) => heard[pair.a]?.index === pair.b + late);
    },
  );
  t.notThrows(() => fc.assert(property));
});

test('lists without a common onset match nowhere or once', (t) => {
  t.deepEqual(matchOnsets([], [1, 2], 1), []);
  t.is(matchOnsets([0, 10], [0, 25], 1).length, 1);
});

test('arrivals tell when the first so many bytes were there', (t) => {
  const arrivals = new Arrivals();
  arrivals.push(Buffer.from('abc'), 10);
  arrivals.push(Buffer.alloc(0), 15);
  arrivals.push(Buffer.from('de'), 20);
  t.is(arrivals.bytes().toString(), 'abcde');
  t.deepEqual(
    [1, 3, 4, 5, 6].map((count) => arrivals.timeOfMs(count)),
    [10, 10, 20, 20, undefined],
  );
});

test('MP3 frames are found behind the rest of another one', (t) => {
  const frame = Buffer.alloc(384, 0x55); // 128 kbit/s at 48 kHz
  frame.set([0xff, 0xfb, 0x94, 0x00]);
  const stream = Buffer.concat([
    Buffer.from([0x12, 0xff, 0xfb, 0x13]),
    ...Array(6).fill(frame),
    frame.subarray(0, 100),
  ]);
  t.deepEqual(findMp3Frames(stream), { start: 4, ends: [1, 2, 3, 4, 5, 6].map((count) => 4 + 384 * count) });
  t.throws(() => findMp3Frames(Buffer.concat([stream, Buffer.alloc(3000)])), { message: /no MP3 frame at byte/ });
  t.throws(() => findMp3Frames(Buffer.alloc(3000)), { message: /no MP3 frames/ });
});

test('samples are found in our own WAV stream', (t) => {
  t.deepEqual(findWavSamples(wavHeader({ rateHz: 48000, channels: 2 }, 16)), {
    start: 44,
    frameBytes: 4,
    bits: 16,
    channels: 2,
  });
  t.throws(() => findWavSamples(Buffer.alloc(44)));
});
