import test from 'ava';
import { CardClock } from '../../src/capture/card-clock.ts';
import { randomNumbers } from '../support/random.ts';

const RATE_HZ = 48_000;
const FRAMES = 480;

/** Blocks of a card that runs so much faster; each is stamped up to 1 ms late. Now and then some are lost. */
function* blocks(ppm: number, seconds: number, loss = 0) {
  const noise = randomNumbers(7);
  const frameMs = 1000 / RATE_HZ / (1 + ppm / 1e6);
  let frame = 0;
  for (let count = 0; count < seconds * 100; count++) {
    const lostFrames = noise() < loss ? 1234 : 0;
    frame += lostFrames;
    yield { timeMs: 5e6 + frame * frameMs + noise(), frames: FRAMES, lostFrames };
    frame += FRAMES;
  }
}

for (const ppm of [0, 35, -80, 2000])
  for (const loss of [0, 0.001])
    for (const seconds of [40, 290, 700])
      test(`a card at ${ppm} ppm after ${seconds} s${loss ? ', with losses' : ''}`, (t) => {
        const clock = new CardClock(RATE_HZ);
        for (const block of blocks(ppm, seconds, loss)) clock.add(block);
        t.true(Math.abs((clock.ppm ?? Number.NaN) - ppm) < 3, `${clock.ppm}`);
      });

test('too short says nothing, and another card begins anew', (t) => {
  const clock = new CardClock(RATE_HZ);
  t.is(clock.ppm, undefined);
  for (const block of blocks(100, 29)) clock.add(block);
  t.is(clock.ppm, undefined);
  for (const block of blocks(100, 700)) clock.add(block);
  clock.reset();
  t.is(clock.ppm, undefined);
  for (const block of blocks(-50, 40)) clock.add(block);
  t.true(Math.abs((clock.ppm ?? 0) + 50) < 3);
});
