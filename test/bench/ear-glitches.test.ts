import test from 'ava';
import { type Fault, GlitchFinder } from '../../bench/ear/glitches.ts';
import { earSignal, RATE_HZ, SINE } from '../../bench/ear/markers.ts';
import { MarkerTracker } from '../../bench/ear/tracker.ts';
import { run } from '../support/processes.ts';
import { randomNumbers } from '../support/random.ts';

const SPACING = { leastMs: 1500, mostMs: 2500 };
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

/** What ffmpeg writes to its standard output when it reads these pieces. */
async function ffmpeg(args: string[], ...pieces: Buffer[]): Promise<Buffer> {
  const { child, output } = run('ffmpeg', ['-v', 'error', ...args, 'pipe:'], { stdio: ['pipe', 'pipe', 'pipe'] });
  if (!child.stdin || !child.stdout) throw new Error('ffmpeg has no pipes');
  child.stdin.on('error', () => {}); // It ended early; what it put out, or did not, tells.
  child.stdin.end(Buffer.concat(pieces));
  const out: Buffer[] = [];
  for await (const piece of child.stdout) out.push(piece);
  if (out.length === 0) throw new Error(output());
  return Buffer.concat(out);
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

test('two glitches are two', (t) => {
  t.is(find(without(without(sine(), AT, 1), AT + RATE_HZ, 1)).glitches().length, 2);
});

const codecs: readonly [string, string[]][] = [
  ['MP3 at 128 kbit/s', ['-c:a', 'libmp3lame', '-b:a', '128k', '-f', 'mp3']],
  ['Opus at 96 kbit/s', ['-c:a', 'libopus', '-b:a', '96k', '-f', 'ogg']],
];

for (const [name, encoder] of codecs) {
  test(`the noise of ${name} is no glitch, and does not hide one; the markers come through`, async (t) => {
    const signal = [...earSignal(SPACING, 10 * RATE_HZ)];
    const coded = await ffmpeg(
      ['-f', 'f32le', '-ar', '48000', '-ac', '2', '-i', 'pipe:', ...encoder],
      ...signal.map((piece) => Buffer.from(piece.buffer)),
    );
    const heard = await ffmpeg(['-i', 'pipe:', '-f', 'f32le', '-ar', '48000', '-ac', '2'], coded);
    const side = (channel: number) =>
      Float32Array.from({ length: 9 * RATE_HZ }, (_, frame) => heard.readFloatLE(8 * frame + 4 * channel));
    // Neither where the codec begins nor where it ends.
    const sine = side(0).subarray(RATE_HZ);
    t.deepEqual(find(sine).glitches(), []);
    for (const [what, , damage] of damages) t.is(find(damage(sine)).glitches().length, 1, what);
    const tracker = new MarkerTracker(SPACING, 9 * RATE_HZ, 500);
    const mixer = Float32Array.from(
      { length: 9 * RATE_HZ },
      (_, at) => signal[Math.floor(at / RATE_HZ)]?.[2 * (at % RATE_HZ) + 1] ?? 0,
    );
    for (let at = 0; at < mixer.length; at += 4800)
      tracker.push(mixer.subarray(at, at + 4800), side(1).subarray(at, at + 4800));
    t.true(tracker.heard.length >= 3);
    const delays = tracker.heard.map(({ delayMs }) => delayMs);
    t.true(Math.max(...delays) - Math.min(...delays) < 0.05, `${delays}`);
    t.true((delays[0] ?? 100) < 60);
  });
}

test('times count from the start of the recording', (t) => {
  const finder = new GlitchFinder();
  finder.skip(10 * RATE_HZ);
  finder.push(without(sine(), AT, 1));
  t.true(Math.abs((finder.glitches()[0]?.atS ?? 0) - 10 - AT / RATE_HZ) < 0.02);
});
