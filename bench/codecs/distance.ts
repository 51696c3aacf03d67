import { compare, type Distance, findDelay } from '../mp3/quality.ts';

/** How late a decoder's output is looked for, in frames at 48 kHz: LAME and its decoder together are 1105 late. */
const LATE_FRAMES = { least: 0, most: 1250 };
const RATE_HZ = 48000;
/** So much of the beginning tells how late it is, in frames. */
const FIRST_FRAMES = RATE_HZ;

/** Distance of a decoded stereo signal from its original, the mean of both sides. What is late is moved first. */
export function distanceOf(original: Float32Array, decoded: Float32Array, late = LATE_FRAMES): Distance {
  return meanOf(
    [0, 1].map((channel) => {
      const [before, after] = [side(original, channel), side(decoded, channel)];
      const delay = findDelay(before.subarray(0, FIRST_FRAMES), after, late.least, late.most);
      const frames = Math.min(before.length, after.length - delay);
      return compare(before.subarray(0, frames), after.subarray(delay, delay + frames), RATE_HZ);
    }),
  );
}

/** The mean of several distances, figure by figure. */
export function meanOf(distances: readonly Distance[]): Distance {
  const mean = (value: (distance: Distance) => number) =>
    distances.reduce((sum, distance) => sum + value(distance), 0) / distances.length;
  return {
    snrDb: mean(({ snrDb }) => snrDb),
    nmrDb: mean(({ nmrDb }) => nmrDb),
    levelDb: mean(({ levelDb }) => levelDb),
    audiblePercent: mean(({ audiblePercent }) => audiblePercent),
  };
}

function side(samples: Float32Array, channel: number): Float64Array {
  return Float64Array.from({ length: samples.length / 2 }, (_, frame) => samples[2 * frame + channel] ?? 0);
}
