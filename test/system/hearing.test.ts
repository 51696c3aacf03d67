import test from 'ava';
import { Hearing, type Sides } from '../support/players-heard.ts';
import { sines } from '../support/tones.ts';

const TONES: Sides = [
  { hz: 997, dbfs: -12 },
  { hz: 1499, dbfs: -20 },
];
const [LEFT, RIGHT] = TONES;
const SECONDS = 6;
const GOOD = sines(TONES, SECONDS);
const gain = (db: number) => GOOD.map((sample) => sample * 10 ** (db / 20));

/** Hears samples in pieces whose sizes have nothing to do with windows or frames. */
function hear(samples: Float32Array): Hearing {
  const hearing = new Hearing(TONES);
  const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  for (let at = 0; at < bytes.length; at += 4711) hearing.push(bytes.subarray(at, at + 4711));
  return hearing;
}

test('the tones are heard as they are', (t) => {
  const hearing = hear(GOOD);
  t.true(hearing.wasClean(SECONDS - 0.1), hearing.describe());
  t.is(hearing.firstSoundS, 0);
  t.deepEqual(
    hearing.clean?.dbfs.map((side) => side.map((dbfs) => Math.round(dbfs * 1000) / 1000)),
    [
      [LEFT.dbfs, LEFT.dbfs],
      [RIGHT.dbfs, RIGHT.dbfs],
    ],
  );
});

test('silence before the sound is not held against it', (t) => {
  const late = new Float32Array(GOOD.length + 48000 * 2);
  late.set(GOOD, 48000 * 2);
  const hearing = hear(late);
  t.true(hearing.wasClean(5), hearing.describe());
  t.true(Math.abs((hearing.firstSoundS ?? 0) - 1) <= 0.1, hearing.describe());
});

test('levels may be off by half a decibel', (t) => {
  for (const db of [-0.49, 0.49]) t.true(hear(gain(db)).wasClean(5), `${db} dB`);
  for (const db of [-0.51, 0.51]) t.false(hear(gain(db)).wasClean(0.1), `${db} dB`);
});

const mixed = GOOD.map((sample, at) => sample + (GOOD[at ^ 1] ?? 0) / 10);
const wrong: Record<string, Float32Array> = {
  silence: new Float32Array(GOOD.length),
  'nothing on the right': GOOD.map((sample, at) => (at % 2 === 0 ? sample : 0)),
  'the sides swapped': GOOD.map((_, at) => GOOD[at ^ 1] ?? 0),
  'the left on both sides': GOOD.map((_, at) => GOOD[at & ~1] ?? 0),
  'a tenth of each side on the other': mixed,
  'both a semitone too high': sines(
    [
      { ...LEFT, hz: LEFT.hz * 1.06 },
      { ...RIGHT, hz: RIGHT.hz * 1.06 },
    ],
    SECONDS,
  ),
  'noise 30 dB below': GOOD.map((sample) => sample + (Math.random() - 0.5) * 0.03),
};
for (const [what, samples] of Object.entries(wrong)) {
  test(`${what} is never clean`, (t) => {
    const hearing = hear(samples);
    t.false(hearing.wasClean(0.1), hearing.describe());
  });
}

/** Leaves out some frames once in the middle. */
const without = (frames: number) => {
  const middle = GOOD.length / 2;
  const cut = new Float32Array(GOOD.length - frames * 2);
  cut.set(GOOD.subarray(0, middle));
  cut.set(GOOD.subarray(middle + frames * 2), middle);
  return cut;
};
const middleMs = (ms: number) => (at: number) => Math.abs(at - GOOD.length / 2) < ms * 48;
const broken: Record<string, Float32Array> = {
  'one sample left out': without(1),
  '10 ms left out': without(480),
  'a millisecond of silence': GOOD.map((sample, at) => (middleMs(1)(at) ? 0 : sample)),
  '10 ms repeated': GOOD.map((sample, at) => (middleMs(10)(at) ? (GOOD[at - 960] ?? 0) : sample)),
};
for (const [what, samples] of Object.entries(broken)) {
  test(`${what} ends the clean stretch`, (t) => {
    const hearing = hear(samples);
    t.true(hearing.wasClean(2.8), hearing.describe());
    t.false(hearing.wasClean(3.2), hearing.describe());
  });
}
