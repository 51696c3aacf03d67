import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { Playout } from '../../../src/page/sound/playout.ts';

const PIECE_MS = 20;
const QUANTUM = 128;

/** A player that gets a sine in pieces at given times and is asked for 128 frames at a time, as fast as its clock says. */
function play({
  rateHz = 48_000,
  outRateHz = 48_000,
  ppm = 0,
  seconds = 60,
  lateMs = () => 0,
  frequencyHz = 997,
}: {
  rateHz?: number;
  outRateHz?: number;
  /** How much faster the sender's clock is. */
  ppm?: number;
  seconds?: number;
  /** By how much a piece is late. */
  lateMs?: (piece: number) => number;
  frequencyHz?: number;
}) {
  const playout = new Playout({ channels: 1, rateHz, outRateHz, outChannels: 1 });
  const pieceFrames = (rateHz * PIECE_MS) / 1000;
  const spacingMs = PIECE_MS / (1 + ppm / 1e6);
  const out = new Float32Array(QUANTUM);
  const heard: number[] = [];
  const waiting: { atMs: number; ms: number; targetMs: number }[] = [];
  let next = 0;
  let arrivedMs = 0;
  for (let nowMs = 0; nowMs < seconds * 1000; nowMs += (QUANTUM / outRateHz) * 1000) {
    for (;;) {
      // TCP keeps the order: a piece comes no sooner than the one before it.
      arrivedMs = Math.max(arrivedMs, next * spacingMs + lateMs(next));
      if (arrivedMs > nowMs) break;
      const piece = Float32Array.from({ length: pieceFrames }, (_, index) =>
        Math.sin((2 * Math.PI * frequencyHz * (next * pieceFrames + index)) / rateHz),
      );
      waiting.push({ atMs: nowMs, ms: playout.waitingMs, targetMs: playout.pace.targetMs });
      playout.arrived([piece], arrivedMs);
      next++;
    }
    playout.pull([out]);
    heard.push(...out);
  }
  return { playout, heard, waiting };
}

/** The largest change of the slope from one sample to the next: what a click makes large, and a sine keeps small. */
function roughness(samples: readonly number[]): number {
  let worst = 0;
  for (let at = 2; at < samples.length; at++) {
    const bend = (samples[at] ?? 0) - 2 * (samples[at - 1] ?? 0) + (samples[at - 2] ?? 0);
    worst = Math.max(worst, Math.abs(bend));
  }
  return worst;
}
/** The same for a sine of 997 Hz, at the given rate. */
const smooth = (rateHz = 48_000) => (2 * Math.PI * 997) ** 2 / rateHz ** 2;

for (const ppm of [200, -300]) {
  test(`a clock that is ${ppm} ppm off is followed without a glitch, and the store stays what it should be`, (t) => {
    const { playout, heard, waiting } = play({ ppm, seconds: 120 });
    t.is(playout.dropouts, 0);
    t.true(roughness(heard.slice(48_000)) < 1.05 * smooth(), `${roughness(heard.slice(48_000)) / smooth()}`);
    const means = [60, 75, 90, 105, 115].map((second) => mean(waiting, second, (one) => one.ms - one.targetMs));
    const change = Math.max(...means) - Math.min(...means);
    t.true(change < 3, `${means}`);
    const playedPpm = (playout.pace.speed - 1) * 1e6;
    t.true(Math.abs(playedPpm - ppm) < 60, `${playedPpm}`);
  });
}

test('another rate of the loudspeaker is no glitch either', (t) => {
  const { playout, heard } = play({ outRateHz: 44_100, ppm: 50, seconds: 30 });
  t.is(playout.dropouts, 0);
  t.true(roughness(heard.slice(44_100)) < 1.05 * smooth(44_100));
});

test('the store becomes as large as arrivals differ, and small again when they no longer do', (t) => {
  const { playout, waiting } = play({
    seconds: 900,
    rateHz: 8000,
    outRateHz: 8000,
    lateMs: (piece) => (piece > 500 && piece < 2000 ? (piece * 37) % 60 : 0),
  });
  const [before, during, after] = [mean(waiting, 9), mean(waiting, 38), mean(waiting, 890)];
  t.true(during > before + 25, `${before} ${during}`);
  t.true(after < before + 5, `${before} ${after}`);
  t.true(playout.dropouts <= 10, `${playout.dropouts}`);
});

test('arrivals that hardly differ do not move the delay, however they come to differ less', (t) => {
  const { playout, waiting } = play({
    seconds: 400,
    rateHz: 8000,
    outRateHz: 8000,
    lateMs: (piece) => (piece < 5000 ? (piece * 7) % 9 : 0),
  });
  t.is(playout.dropouts, 0);
  const targets = new Set(waiting.map(({ targetMs }) => targetMs));
  t.is(targets.size, 1, `${[...targets]}`);
});

test('after a freeze of 1 s it is back at live at once, without a click', (t) => {
  const frozen = (piece: number) => (piece >= 1000 && piece < 1050 ? (1050 - piece) * PIECE_MS : 0);
  const { playout, heard, waiting } = play({ seconds: 26, lateMs: frozen });
  t.is(playout.dropouts, 1);
  // What it keeps more from now on comes slowly.
  t.true(Math.abs(mean(waiting, 22.5) - mean(waiting, 19)) < 8, `${mean(waiting, 19)} ${mean(waiting, 22.5)}`);
  // Where a fade begins the sine has a bend. A step would come to 60 times the sine's own.
  t.true(roughness(heard) < 10 * smooth(), `${roughness(heard) / smooth()}`);
});

test('what is late for a moment is a gap of that length; the delay stays', (t) => {
  const { playout, heard, waiting } = play({ seconds: 26, lateMs: (piece) => (piece === 1000 ? 65 : 0) });
  t.is(playout.dropouts, 1);
  t.true(Math.abs(mean(waiting, 22.5) - mean(waiting, 19)) < 8, `${mean(waiting, 19)} ${mean(waiting, 22.5)}`);
  const silentMs = heard.slice(48_000).filter((sample) => sample === 0).length / 48;
  t.true(silentMs > 20 && silentMs < 65, `${silentMs}`);
});

test('a way that has become longer for good interrupts once, and once more at most', (t) => {
  const { playout, waiting } = play({ seconds: 40, lateMs: (piece) => (piece >= 1000 ? 80 : 0) });
  t.true(playout.dropouts >= 1 && playout.dropouts <= 2, `${playout.dropouts}`);
  t.true(mean(waiting, 38) < mean(waiting, 19) + 15, `${mean(waiting, 19)} ${mean(waiting, 38)}`);
});

test('whatever comes when, everything that is played is finite, and nothing grows', (t: ExecutionContext) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 50, maxLength: 300 }), (delays) => {
      const { playout, heard } = play({ seconds: 8, lateMs: (piece) => delays[piece % delays.length] ?? 0 });
      return heard.every((sample) => Math.abs(sample) <= 1.2) && playout.waitingMs <= 5000;
    }),
    { numRuns: 20 },
  );
  t.pass();
});

type Waiting = { atMs: number; ms: number; targetMs: number };

function mean(waiting: readonly Waiting[], second: number, what = (one: Waiting) => one.ms): number {
  const near = waiting.filter(({ atMs }) => Math.abs(atMs / 1000 - second) < 1).map(what);
  return near.reduce((sum, ms) => sum + ms, 0) / near.length;
}
