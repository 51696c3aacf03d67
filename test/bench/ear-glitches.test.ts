import test from 'ava';
import { type Fault, GlitchFinder } from '../../bench/ear/glitches.ts';
import { RATE_HZ, SINE } from '../../bench/ear/markers.ts';
import { randomNumbers } from '../support/random.ts';

const SECONDS = 6;
const AT = 3 * RATE_HZ + 17;

/** The sine, whose frequency may be off by a number of ppm that changes with time. */
function sine(ppm: (seconds: number) => number = () => 0): Float32Array {
  let turns = 0.1;
  return Float32Array.from({ length: SECONDS * RATE_HZ }, (_, frame) => {
    turns += (SINE.hz / RATE_HZ) * (1 + ppm(frame / RATE_HZ) / 1e6);
    return SINE.peak * Math.sin(2 * Math.PI * turns);
  });
}

function find(samples: Float32Array, pieceFrames = 480) {
  const finder = new GlitchFinder();
  for (let at = 0; at < samples.length; at += pieceFrames) finder.push(samples.subarray(at, at + pieceFrames));
  return finder;
}

function without(samples: Float32Array, from: number, count: number): Float32Array {
  const out = samples.slice(0, samples.length - count);
  out.set(samples.subarray(from + count), from);
  return out;
}

function repeated(samples: Float32Array, from: number, count: number): Float32Array {
  const out = samples.slice();
  out.set(samples.subarray(from, samples.length - count), from + count);
  return out;
}

const changed = (samples: Float32Array, change: (samples: Float32Array) => void) => {
  const out = samples.slice();
  change(out);
  return out;
};

const damages: readonly [string, Fault, (samples: Float32Array) => Float32Array][] = [
  ['one frame left out', 'jump', (samples) => without(samples, AT, 1)],
  ['one frame repeated', 'jump', (samples) => repeated(samples, AT, 1)],
  ['10 ms left out', 'jump', (samples) => without(samples, AT, 480)],
  ['20 ms repeated', 'jump', (samples) => repeated(samples, AT, 960)],
  ['128 frames left out', 'jump', (samples) => without(samples, AT, 128)],
  ['a gap of 1 ms', 'click', (samples) => changed(samples, (out) => out.fill(0, AT, AT + 48))],
  ['a click of 5 %', 'click', (samples) => changed(samples, (out) => out.set([(out[AT] ?? 0) + 0.05 * SINE.peak], AT))],
  [
    '20 ms faded out and in',
    'level',
    (samples) =>
      changed(samples, (out) => {
        for (let at = 0; at < 960; at++)
          out[AT + at] = (out[AT + at] ?? 0) * (0.5 + 0.5 * Math.cos((2 * Math.PI * at) / 960));
      }),
  ],
];

for (const [name, fault, damage] of damages) {
  test(`${name} is one glitch, at its time`, (t) => {
    const finder = find(damage(sine()));
    const [glitch, ...more] = finder.glitches();
    t.deepEqual(more, []);
    t.true(Math.abs((glitch?.atS ?? 0) - AT / RATE_HZ) < 0.02, `${glitch?.atS}`);
    t.true(glitch?.faults.includes(fault), `${glitch?.faults}`);
    t.is(finder.dropped, 0);
  });
}

test('a frame left out is found wherever in the sine and in the windows it was', (t) => {
  const clean = sine();
  for (let shift = 0; shift < 480; shift += 13)
    t.is(find(without(clean, AT + shift, 1)).glitches().length, 1, `${shift}`);
});

test('a clean sine has no glitch, in pieces of any length, with the noise of 16 bits and of a codec', (t) => {
  for (const pieceFrames of [1, 479, 480, 48_000]) t.deepEqual(find(sine(), pieceFrames).glitches(), []);
  t.deepEqual(find(sine().map((value) => Math.round(value * 32_768) / 32_768)).glitches(), []);
  const random = randomNumbers(3);
  t.deepEqual(find(sine().map((value) => value + 0.004 * (random() - 0.5))).glitches(), []);
});

test('a player that follows a clock is no glitch: a speed that is off, that drifts, and that changes by 500 ppm at once', (t) => {
  for (const ppm of [200, -200, 1000]) t.deepEqual(find(sine(() => ppm)).glitches(), []);
  t.deepEqual(find(sine((s) => 300 * Math.sin(s))).glitches(), []);
  t.deepEqual(find(sine((s) => (s > 3 ? 500 : 0))).glitches(), []);
});

test('two glitches are two, and what is spared is not judged', (t) => {
  const damaged = without(without(sine(), AT, 1), AT + RATE_HZ, 1);
  const finder = find(damaged);
  t.is(finder.glitches().length, 2);
  const s = AT / RATE_HZ;
  t.is(finder.glitches([{ fromS: s - 0.03, toS: s + 0.03 }]).length, 1);
  t.is(finder.glitches([{ fromS: s + 0.2, toS: s + 0.8 }]).length, 2);
});

test('times count from the start of the recording', (t) => {
  const finder = new GlitchFinder();
  finder.skip(10 * RATE_HZ);
  finder.push(without(sine(), AT, 1));
  t.true(Math.abs((finder.glitches()[0]?.atS ?? 0) - 10 - AT / RATE_HZ) < 0.02);
});
