import { transform, transformBack } from '../mp3/fft.ts';

/** Where a marker was found. */
export interface Found {
  /** Its first frame, counted from the start of the samples; between two frames as well. */
  readonly at: number;
  /** How much of what is there is the marker: from 0 to 1, the cosine between the two. */
  readonly likeness: number;
}

/** What is quieter than the marker by this factor (of power) is no marker: noise looks alike at every level. */
const LEAST_POWER = 1e-4;
/** Longest transform; longer samples are searched piece by piece. */
const MOST_FRAMES = 65_536;

/**
 * Finds the place at which samples look most like the marker, by normalised cross-correlation; between frames by the parabola
 * through the highest value and its neighbours. Undefined when the marker does not fit into the samples, or they are too quiet.
 */
export function findMarker(samples: Float32Array, marker: Float32Array): Found | undefined {
  const places = samples.length - marker.length + 1;
  if (places < 1) return undefined;
  const likeness = correlate(samples, marker);
  let best = 0;
  for (let at = 1; at < places; at++) if ((likeness[at] ?? 0) > (likeness[best] ?? 0)) best = at;
  const value = likeness[best] ?? 0;
  if (value <= 0) return undefined;
  const [before, after] = [likeness[best - 1], likeness[best + 1]];
  if (before === undefined || after === undefined) return { at: best, likeness: value };
  const bend = before - 2 * value + after;
  return { at: best + (bend === 0 ? 0 : (before - after) / (2 * bend)), likeness: value };
}

/** The likeness at every place. */
function correlate(samples: Float32Array, marker: Float32Array): Float64Array {
  const places = samples.length - marker.length + 1;
  const result = new Float64Array(places);
  const size = Math.min(MOST_FRAMES, powerOfTwoFrom(samples.length));
  const step = size - marker.length + 1;
  const [markerRe, markerIm] = [new Float64Array(size), new Float64Array(size)];
  markerRe.set(marker);
  transform(markerRe, markerIm);
  for (let from = 0; from < places; from += step) {
    const [re, im] = [new Float64Array(size), new Float64Array(size)];
    re.set(samples.subarray(from, from + size));
    transform(re, im);
    for (let bin = 0; bin < size; bin++) {
      const [a, b, c, d] = [re[bin] ?? 0, im[bin] ?? 0, markerRe[bin] ?? 0, markerIm[bin] ?? 0];
      re[bin] = a * c + b * d;
      im[bin] = b * c - a * d;
    }
    transformBack(re, im);
    result.set(re.subarray(0, Math.min(step, places - from)), from);
  }
  return normalise(result, samples, marker);
}

/** Divides each sum by what it would be, were the samples the marker. */
function normalise(sums: Float64Array, samples: Float32Array, marker: Float32Array): Float64Array {
  const power = marker.reduce((sum, value) => sum + value * value, 0);
  let here = 0;
  for (let at = 0; at < marker.length; at++) here += (samples[at] ?? 0) ** 2;
  for (let at = 0; at < sums.length; at++) {
    sums[at] = here < LEAST_POWER * power ? 0 : (sums[at] ?? 0) / Math.sqrt(here * power);
    here += (samples[at + marker.length] ?? 0) ** 2 - (samples[at] ?? 0) ** 2;
  }
  return sums;
}

function powerOfTwoFrom(least: number): number {
  let size = 1;
  while (size < least) size *= 2;
  return size;
}
