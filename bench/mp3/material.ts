import { demoSignal } from '../../src/capture/demo-signal.ts';

/** What all material is made at: stereo at 48 kHz, 8 s, interleaved. */
export const RATE_HZ = 48000;
const SECONDS = 8;
const FRAMES = SECONDS * RATE_HZ;

/** Test signals by name, made anew from the same numbers each time: figures of two runs compare. */
export function material(): Record<string, Float32Array> {
  return {
    music: demoSignal({ rateHz: RATE_HZ, channels: 2 }).slice(0, 2 * FRAMES),
    transients: transients(),
    noise: noiseBursts(),
    speech: speech(),
  };
}

/** Numbers from -1 to 1 without order, always the same (Park and Miller, 1988). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 0x7fffffff;
    return (2 * state) / 0x7fffffff - 1;
  };
}

/** Wooden clicks at irregular distances, wandering between the sides: what shows pre-echo. */
function transients(): Float32Array {
  const samples = new Float32Array(2 * FRAMES);
  const random = randomNumbers(1);
  for (let at = 2000, count = 1; at < FRAMES; at += Math.round(RATE_HZ * (0.16 + 0.1 * Math.abs(random()))), count++) {
    const pan = 0.5 + 0.4 * Math.sin(count);
    const hz = 1800 + 900 * random();
    for (let frame = 0; frame < 0.06 * RATE_HZ && at + frame < FRAMES; frame++) {
      const time = frame / RATE_HZ;
      const wood = Math.exp(-time * 120) * Math.sin(2 * Math.PI * hz * time);
      const value = 0.5 * (wood + 0.5 * Math.exp(-time * 400) * random());
      samples[2 * (at + frame)] = value * (1 - pan);
      samples[2 * (at + frame) + 1] = value * pan;
    }
  }
  return samples;
}

/** Bursts of noise, different on both sides, coloured like applause by a one-pole filter: what is hardest to code. */
function noiseBursts(): Float32Array {
  const samples = new Float32Array(2 * FRAMES);
  const random = randomNumbers(2);
  const low = [0, 0];
  for (let frame = 0; frame < FRAMES; frame++) {
    const time = frame / RATE_HZ;
    const level = time % 0.5 < 0.3 ? 0.25 * Math.min(1, (time % 0.5) / 0.005) : 0;
    for (const side of [0, 1]) {
      low[side] = 0.7 * (low[side] ?? 0) + 0.3 * random();
      samples[2 * frame + side] = level * (low[side] ?? 0);
    }
  }
  return samples;
}

/** Formants of five vowels, in Hz (Peterson and Barney, 1952, rounded). */
const VOWELS_HZ = [
  [730, 1090, 2440],
  [270, 2290, 3010],
  [300, 870, 2240],
  [530, 1840, 2480],
  [570, 840, 2410],
];
const FORMANT_WIDTH_HZ = [80, 100, 140];

/** Something like a speaker in the middle: a gliding pulse train through resonators, four syllables a second, hissing between. */
function speech(): Float32Array {
  const samples = new Float32Array(2 * FRAMES);
  const random = randomNumbers(3);
  const state = FORMANT_WIDTH_HZ.map(() => [0, 0]);
  let phase = 0;
  let hissBefore = 0;
  for (let frame = 0; frame < FRAMES; frame++) {
    const time = frame / RATE_HZ;
    const inSyllable = (time * 4) % 1;
    const formants = VOWELS_HZ[Math.floor(time * 4) % VOWELS_HZ.length] ?? [];
    phase += (115 + 25 * Math.sin(2 * Math.PI * 0.4 * time) - 20 * inSyllable) / RATE_HZ;
    const pulse = phase >= 1 ? 1 : 0;
    phase %= 1;
    let voiced = pulse + 0.01 * random();
    formants.forEach((hz, index) => {
      const radius = Math.exp((-Math.PI * (FORMANT_WIDTH_HZ[index] ?? 0)) / RATE_HZ);
      const angle = (2 * Math.PI * hz) / RATE_HZ;
      const memory = state[index] ?? [0, 0];
      // Two poles, with a gain of 1 at 0 Hz.
      const gain = 1 - 2 * radius * Math.cos(angle) + radius * radius;
      const value = gain * voiced + 2 * radius * Math.cos(angle) * (memory[0] ?? 0) - radius ** 2 * (memory[1] ?? 0);
      state[index] = [value, memory[0] ?? 0];
      voiced = value;
    });
    const hiss = random();
    const syllable = inSyllable < 0.75 ? Math.sin((Math.PI * inSyllable) / 0.75) : 0;
    const between = inSyllable >= 0.78 && inSyllable < 0.95 ? 0.06 * (hiss - hissBefore) : 0;
    hissBefore = hiss;
    const value = 6 * syllable * voiced + between;
    samples[2 * frame] = value;
    samples[2 * frame + 1] = value;
  }
  return samples;
}
