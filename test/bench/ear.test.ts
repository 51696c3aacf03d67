import test from 'ava';
import fc from 'fast-check';
import { findMarker } from '../../bench/ear/correlate.ts';
import { History } from '../../bench/ear/history.ts';
import { earSignal, MARKER_FRAMES, markerSamples, markerStarts, RATE_HZ } from '../../bench/ear/markers.ts';
import { OtherClock } from '../../bench/ear/resample.ts';
import { MarkerTracker } from '../../bench/ear/tracker.ts';
import { randomNumbers } from '../support/random.ts';
import { sines } from '../support/tones.ts';

const SPACING = { leastMs: 400, mostMs: 900 };

/** The markers' side of so many seconds of the signal. */
function markersOf(seconds: number): Float32Array {
  const pieces = [...earSignal(SPACING, seconds * RATE_HZ)];
  return Float32Array.from(
    { length: seconds * RATE_HZ },
    (_, at) => pieces[Math.floor(at / RATE_HZ)]?.[2 * (at % RATE_HZ) + 1] ?? 0,
  );
}

function starts(count: number): number[] {
  const all = markerStarts(SPACING);
  return Array.from({ length: count }, () => all.next().value);
}

/** The same later, by frames that need not be whole. */
function delayed(samples: Float32Array, frames: number): Float32Array {
  const whole = Math.floor(frames);
  if (frames === whole)
    return Float32Array.from([...new Float32Array(whole), ...samples.subarray(0, -whole || undefined)]);
  const out = new Float32Array(samples.length);
  for (let at = whole + 40; at < samples.length - 40; at++) {
    for (let tap = -32; tap <= 32; tap++) {
      const x = tap - (frames - whole);
      const weight = x === 0 ? 1 : (Math.sin(Math.PI * x) / (Math.PI * x)) * Math.cos((Math.PI * x) / 66) ** 2;
      out[at] = (out[at] ?? 0) + weight * (samples[at - whole - tap] ?? 0);
    }
  }
  return out;
}

function noise(length: number, peak: number, seed = 7): Float32Array {
  const random = randomNumbers(seed);
  return Float32Array.from({ length }, () => peak * (2 * random() - 1));
}

function track(mixer: Float32Array, ear: Float32Array, mostDelayMs: number): MarkerTracker {
  const tracker = new MarkerTracker(SPACING, mixer.length, mostDelayMs);
  for (let at = 0; at < mixer.length; at += 480) tracker.push(mixer.subarray(at, at + 480), ear.subarray(at, at + 480));
  return tracker;
}

test('a marker is found to a hundredth of a frame, in noise and at any level', (t) => {
  const marker = markerSamples(3);
  const property = fc.property(
    fc.double({ min: 100, max: 5000, noNaN: true }),
    fc.integer({ min: -40, max: 6 }),
    (at, db) => {
      const samples = new Float32Array(9000);
      samples.set(marker);
      const scale = 10 ** (db / 20);
      const room = noise(9000, 0.02 * scale);
      const found = findMarker(
        delayed(samples, at).map((value, index) => scale * value + (room[index] ?? 0)),
        marker,
      );
      return found !== undefined && Math.abs(found.at - at) < 0.05 && found.likeness > 0.9;
    },
  );
  t.notThrows(() => fc.assert(property, { numRuns: 20 }));
});

test('a marker is found in samples that are longer than one transform', (t) => {
  const samples = noise(200_000, 0.01);
  samples.set(markerSamples(5), 150_001);
  t.is(Math.round(findMarker(samples, markerSamples(5))?.at ?? 0), 150_001);
});

test('silence, noise, too little, and the other markers are not taken for a marker', (t) => {
  const marker = markerSamples(0);
  t.is(findMarker(new Float32Array(5000), marker), undefined);
  t.is(findMarker(new Float32Array(MARKER_FRAMES - 1), marker), undefined);
  t.true((findMarker(noise(48_000, 0.3), marker)?.likeness ?? 1) < 0.2);
  for (let other = 1; other < 30; other++) {
    t.true(
      (findMarker(
        Float32Array.from([...new Float32Array(3000), ...markerSamples(other), ...new Float32Array(3000)]),
        marker,
      )?.likeness ?? 1) < 0.3,
    );
  }
});

test('markers stand where the plan says, beside a sine that never jumps', (t) => {
  const samples = markersOf(10);
  for (const [index, start] of starts(10).entries()) {
    t.deepEqual(samples.slice(start, start + MARKER_FRAMES), markerSamples(index));
  }
  const short = [...earSignal(SPACING, 3 * RATE_HZ, 777)].slice(0, 60).flatMap((piece) => [...piece]);
  const long = [...earSignal(SPACING, 3 * RATE_HZ)].flatMap((piece) => [...piece]);
  t.deepEqual(short, long.slice(0, short.length));
});

test('delays are found, short and long, whole and between two frames, however they change', (t) => {
  const mixer = Float32Array.from([...new Float32Array(12_345), ...markersOf(20)]);
  for (const frames of [0, 0.5, 480, 3333.25, 5 * RATE_HZ]) {
    const { heard, lostS } = track(mixer, delayed(mixer, frames), 8000);
    t.is(lostS.length, 0);
    t.true(heard.length > 10);
    for (const { delayMs } of heard)
      t.true(Math.abs(delayMs - (frames / RATE_HZ) * 1000) < 0.01, `${delayMs} for ${frames}`);
    t.true(Math.abs((heard[0]?.atS ?? 0) - (12_345 / RATE_HZ + 1)) < 1e-6);
  }
  const jumping = delayed(mixer, 480);
  jumping.set(delayed(mixer, 96_000).subarray(10 * RATE_HZ), 10 * RATE_HZ);
  const rounded = new Set(track(mixer, jumping, 8000).heard.map(({ delayMs }) => Math.round(delayMs)));
  t.deepEqual(rounded, new Set([10, 2000]));
});

test('markers that never reach the ear are lost, and only they', (t) => {
  const mixer = markersOf(20);
  const ear = delayed(mixer, 4800);
  const [, second = 0, third = 0] = starts(4);
  ear.fill(0, second + 4800, third);
  const tracker = track(mixer, ear, 2000);
  t.deepEqual(
    tracker.lostS.map((s) => Math.round(s * RATE_HZ)),
    [second],
  );
  t.true(tracker.heard.every(({ delayMs }) => Math.abs(delayMs - 100) < 0.01));
  const all = starts(100).filter((start) => start < mixer.length - 3 * RATE_HZ).length;
  t.true(tracker.heard.length + tracker.lostS.length >= all);
});

test('a mixer that stumbled makes the recording void', (t) => {
  const mixer = markersOf(10);
  const stumbled = Float32Array.from([
    ...mixer.subarray(0, 4 * RATE_HZ),
    ...new Float32Array(10_000),
    ...mixer.subarray(4 * RATE_HZ),
  ]);
  t.throws(() => track(stumbled, stumbled, 1000), { message: /void/ });
});

test('the history gives what it keeps and refuses the rest', (t) => {
  const history = new History(10);
  for (let at = 0; at < 25; at += 5) history.push(Float32Array.from({ length: 5 }, (_, index) => at + index));
  t.deepEqual([...history.slice(17, 23)], [17, 18, 19, 20, 21, 22]);
  t.throws(() => history.slice(14, 20), { message: /not kept/ });
  t.throws(() => history.slice(20, 26), { message: /not kept/ });
  t.deepEqual([...new History(10).slice(-2, 0)], [0, 0]);
});

test('another clock counts more frames of the same sound, and adds nothing to a sine', (t) => {
  const seconds = 20;
  const sine = sines(
    [
      { hz: 997, dbfs: -12 },
      { hz: 1499, dbfs: -12 },
    ],
    seconds,
  );
  for (const ppm of [200, -200, 0]) {
    const clock = new OtherClock(ppm, 2);
    const pieces: number[] = [];
    for (let at = 0; at < sine.length; at += 962) pieces.push(...clock.push(sine.subarray(at, at + 962)));
    const frames = pieces.length / 2;
    t.true(Math.abs(frames - seconds * RATE_HZ * (1 + ppm / 1e6)) < 40, `${frames} at ${ppm} ppm`);
    let worst = 0;
    const turn = (2 * Math.PI * 997) / RATE_HZ / (1 + ppm / 1e6);
    for (let frame = 100; frame < frames; frame++) {
      worst = Math.max(worst, Math.abs((pieces[2 * frame] ?? 0) - 10 ** (-12 / 20) * Math.sin(turn * frame)));
    }
    t.true(worst < 1e-4, `${worst} at ${ppm} ppm`);
  }
});
