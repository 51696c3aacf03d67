import test from 'ava';
import { behindIn } from '../../bench/ear/browser.ts';
import { calmMinutes, minuteMedians } from '../../bench/ear/drift.ts';
import type { Ear } from '../../bench/ear/playing.ts';
import { driftGoals, driftReport, latencyGoals, latencyTable } from '../../bench/ear/report.ts';
import { disturbedTimes, isDisturbed } from '../../bench/ear/standstills.ts';
import { ClockRate } from '../../src/capture/clock-rate.ts';
import { randomNumbers } from '../support/random.ts';

const marker = (atS: number, delayMs: number) => ({ atS, heardS: atS + delayMs / 1000, delayMs });
const ear = (goals?: Ear['goals']): Ear => ({
  name: 'an ear',
  mostDelayMs: 1000,
  ...(goals ? { goals } : {}),
  listen: () => Promise.reject(new Error('nobody listens')),
});

const quiet = {
  minutesMs: [80, 84.5, 82],
  markers: [marker(1, 80), marker(61, 84.5), marker(121, 82)],
  lostS: [],
  glitches: [],
  mixerGlitches: [],
  sentGlitches: [],
  disturbed: [],
  startS: 0,
  judgedS: 180,
  clocks: { cardToEarPpm: 200.2, cardPpm: 250, earPpm: 49.8 },
  claims: [{ behindMs: 79, baseMs: 11.6, outputMs: 40 }],
  mendedFrames: 0,
  timesLost: 0,
};

test('what a page says of its delay is read in ms, whatever its words', (t) => {
  t.is(behindIn('On air. Behind live by 85 ms. 3 listeners'), 85);
  t.is(behindIn('Behind live by\n1.9 s'), 1900);
  t.is(behindIn('2,5 s behind live'), 2500);
  t.is(behindIn('On air. 3 listeners'), undefined);
});

test('the rate of a clock is found in spite of jitter, to a few ppm in half an hour', (t) => {
  const random = randomNumbers(5);
  const clock = new ClockRate();
  for (let s = 0; s < 1800; s += 2) clock.push(1e9 + s * 1000 + 10 * random(), 48_000 * 1.0002 * s + 480 * random());
  t.true(Math.abs(clock.ppm(48_000) - 200) < 3, `${clock.ppm(48_000)}`);
  t.is(new ClockRate().ppm(48_000), Number.NaN);
});

test('minutes count from where the judging begins, and one without a marker has no median', (t) => {
  const markers = [marker(10, 1), marker(20, 80), marker(70, 90), marker(79, 100), marker(200, 85)];
  t.deepEqual(minuteMedians(markers, 20, 4), [90, Number.NaN, Number.NaN, 85]);
});

test('goals are missed by what is too much, and by what was not measured', (t) => {
  const met = (goals: readonly { met: boolean | undefined }[]) => goals.map((goal) => goal.met);
  const heard = (delays: number[], lost = 0) => [{ markers: delays.map((ms, s) => marker(s, ms)), lost, claims: [] }];
  const goals = { medianMs: 110, p95Ms: 140 };
  t.deepEqual(met(latencyGoals(ear(goals), heard([100, 110, 120]))), [true, true, true]);
  t.deepEqual(met(latencyGoals(ear(goals), heard([100, 111, 190], 1))), [false, false, false]);
  t.deepEqual(met(latencyGoals(ear(goals), [])), [undefined, undefined, undefined]);
  t.deepEqual(latencyGoals(ear(), heard([500])), []);
  t.deepEqual(met(driftGoals('an ear', quiet)), [true, true, true]);
  const glitch = { atS: 3, faults: ['click' as const], size: 2 };
  t.deepEqual(met(driftGoals('an ear', { ...quiet, minutesMs: [80, 91], glitches: [glitch], lostS: [4] })), [
    false,
    false,
    false,
  ]);
  const sent = { ...glitch, atS: 2.8 };
  t.deepEqual(met(driftGoals('an ear', { ...quiet, glitches: [glitch], sentGlitches: [sent] })), [true, true, true]);
  t.deepEqual(met(driftGoals('an ear', { ...quiet, glitches: [glitch], mixerGlitches: [sent] }))[1], true);
  t.deepEqual(met(driftGoals('an ear', { ...quiet, minutesMs: [80, Number.NaN] }))[0], undefined);
  t.deepEqual(met(driftGoals('an ear', undefined)), [undefined, undefined, undefined]);
});

test('what comes while the machine stands still is held against nobody, and minutes soon after it are not compared', (t) => {
  const secondOf = (atMs: number) => atMs / 1000;
  const standstills = [
    { atMs: 130_000, lateMs: 30 },
    { atMs: 134_000, lateMs: 12 },
    { atMs: 150_000, lateMs: 12 },
  ];
  const disturbed = disturbedTimes(standstills, secondOf);
  t.deepEqual(
    disturbed.map(({ toS }) => toS),
    [139, 155],
  );
  t.is(isDisturbed(disturbed, 129), false);
  t.is(isDisturbed(disturbed, 129.6), true);
  t.is(isDisturbed(disturbed, 138.9), true);
  t.is(isDisturbed(disturbed, 145), false);
  const glitch = (atS: number) => ({ atS, faults: ['jump' as const], size: 2 });
  const ten = { ...quiet, minutesMs: [80, 81, 150, 120, 110, 82, 83, 84, 85, 86], disturbed };
  t.deepEqual(calmMinutes(ten), [true, true, false, false, false, false, true, true, true, true]);
  const goals = (glitches: number[], minutesMs = ten.minutesMs) =>
    driftGoals('an ear', { ...ten, minutesMs, glitches: glitches.map(glitch) }).map(({ met }) => met);
  t.deepEqual(goals([130, 137]), [true, true, true]);
  t.deepEqual(goals([130, 145]), [true, false, true]);
  t.deepEqual(goals([], [80, 81, 150, 120, 110, 82, 83, 84, 85, 92]), [false, true, true]);
  t.is(driftGoals('an ear', { ...ten, disturbed: [{ fromS: 0, toS: 600 }] })[0]?.met, undefined);
});

test('what is printed says what was measured', (t) => {
  const heard = [{ markers: [marker(1, 80), marker(2, 90)], lost: 3, claims: quiet.claims }];
  const printed = latencyTable([{ name: 'an ear', heard }]);
  t.regex(printed, /an ear +\| 2 +\| 3 +\| +85\.0 \| +89\.5 \| +80\.0 \| +90\.0 \| +10\.0 \| 79 +\| 11\.6 \+ 40\.0/);
  const glitches = Array.from({ length: 120 }, (_, at) => ({ atS: at, faults: ['jump' as const], size: 2 }));
  const report = driftReport('an ear', { ...quiet, glitches, lostS: [17.04] });
  t.regex(report, /1 lost \(at 17\.0 s\)/);
  t.regex(report, /200 ppm off the ear's clock/);
  t.regex(report, /Glitch at 99\.000 s: jump, 2\.0 times too much\n\.\.\. and 20 more/);
});
