import { hann, powerSpectrum } from './fft.ts';

/*
 * Two figures for how far a decoded signal is from its original. Neither is a listening test, and neither knows of
 * binaural hearing or temporal masking; they tell settings of one encoder apart, not encoders.
 */

/** A segment of the segmental SNR, in ms; SNRs are clipped to this range, in dB; segments below this level do not count. */
const SEGMENT = { ms: 20, leastDb: -10, mostDb: 35, quietDbfs: -60 };
/** Frames of the spectral figure. */
const FRAME = { size: 1024, hop: 512 };
/** Upper edges of the critical bands, in Hz (Zwicker, 1961), and up to half of 48 kHz. */
const BARK_HZ = [
  100, 200, 300, 400, 510, 630, 770, 920, 1080, 1270, 1480, 1720, 2000, 2320, 2700, 3150, 3700, 4400, 5300, 6400, 7700,
  9500, 12000, 15500, 24000,
];
/** Noise below this does not count as audible in any band, in dBFS: the quiet of a hall at a usual listening level. */
const FLOOR_DBFS = -90;

/** Distance of a decoded signal from its original. */
export interface Distance {
  /** Mean segmental signal to noise ratio, in dB. More is better. */
  snrDb: number;
  /** Mean noise to mask ratio, in dB. Less is better; below 0 the model calls the noise masked on average. */
  nmrDb: number;
  /** Level of the decoded signal against the original, in dB. The other figures are taken after making up for it. */
  levelDb: number;
  /** Share of the critical bands of all frames in which the noise lies above the mask, in percent. */
  audiblePercent: number;
}

/** Compares two signals of one channel, already aligned. */
export function compare(original: Float64Array, decoded: Float64Array, rateHz: number): Distance {
  const level = levelOf(original, decoded);
  const made = decoded.map((value) => value / level);
  return {
    snrDb: segmentalSnrDb(original, made, rateHz),
    levelDb: 20 * Math.log10(level),
    ...noiseToMask(original, made, rateHz),
  };
}

/** The factor by which the original must be multiplied to come nearest to the decoded signal (least squares). */
function levelOf(original: Float64Array, decoded: Float64Array): number {
  let [common, energy] = [0, 0];
  for (let at = 0; at < original.length; at++) {
    common += (original[at] ?? 0) * (decoded[at] ?? 0);
    energy += (original[at] ?? 0) ** 2;
  }
  return common / energy;
}

/** By how many frames the decoded signal is late: where the two correlate best, within `least` to `most`. */
export function findDelay(original: Float64Array, decoded: Float64Array, least: number, most: number): number {
  let best = { delay: least, sum: Number.NEGATIVE_INFINITY };
  const length = Math.min(original.length, decoded.length - most);
  for (let delay = least; delay <= most; delay++) {
    let sum = 0;
    for (let at = 0; at < length; at++) sum += (original[at] ?? 0) * (decoded[at + delay] ?? 0);
    if (sum > best.sum) best = { delay, sum };
  }
  return best.delay;
}

export function segmentalSnrDb(original: Float64Array, decoded: Float64Array, rateHz: number): number {
  const length = Math.round((SEGMENT.ms * rateHz) / 1000);
  const quiet = length * 10 ** (SEGMENT.quietDbfs / 10);
  let [sum, count] = [0, 0];
  for (let from = 0; from + length <= original.length; from += length) {
    let [signal, noise] = [0, 0];
    for (let at = from; at < from + length; at++) {
      const value = original[at] ?? 0;
      signal += value * value;
      noise += ((decoded[at] ?? 0) - value) ** 2;
    }
    if (signal < quiet) continue;
    sum += Math.min(SEGMENT.mostDb, Math.max(SEGMENT.leastDb, 10 * Math.log10(signal / noise)));
    count++;
  }
  return sum / count;
}

/** Noise against a mask after Johnston (1988): band energies, Schroeder's spreading, an offset by the tonality of the frame. */
function noiseToMask(
  original: Float64Array,
  decoded: Float64Array,
  rateHz: number,
): Pick<Distance, 'nmrDb' | 'audiblePercent'> {
  const window = hann(FRAME.size);
  const difference = original.map((value, at) => (decoded[at] ?? 0) - value);
  // A full-scale sine under this window has this power, all bins of its peak together.
  const fullScale = (FRAME.size * FRAME.size * 3) / 32;
  const floor = fullScale * 10 ** (FLOOR_DBFS / 10);
  let [sumDb, audible, count] = [0, 0, 0];
  for (let from = 0; from + FRAME.size <= original.length; from += FRAME.hop) {
    const spectrum = powerSpectrum(original.subarray(from, from + FRAME.size), window);
    const signal = bands(spectrum, rateHz);
    if (signal.every((energy) => energy < floor)) continue;
    const noise = bands(powerSpectrum(difference.subarray(from, from + FRAME.size), window), rateHz);
    const tonality = tonalityOf(spectrum);
    for (let band = 0; band < signal.length; band++) {
      const offsetDb = tonality * (14.5 + band + 1) + (1 - tonality) * 5.5;
      const mask = Math.max(floor, spread(signal, band) * 10 ** (-offsetDb / 10));
      const ratioDb = 10 * Math.log10(Math.max(noise[band] ?? 0, 1e-3 * floor) / mask);
      sumDb += ratioDb;
      if (ratioDb > 0) audible++;
      count++;
    }
  }
  return { nmrDb: sumDb / count, audiblePercent: (100 * audible) / count };
}

function bands(power: Float64Array, rateHz: number): number[] {
  const energies = new Array<number>(BARK_HZ.length).fill(0);
  for (let bin = 1, band = 0; bin < power.length && band < energies.length; bin++) {
    const hz = (bin * rateHz) / FRAME.size;
    while (band < energies.length - 1 && hz > (BARK_HZ[band] ?? 0)) band++;
    energies[band] = (energies[band] ?? 0) + (power[bin] ?? 0);
  }
  return energies;
}

/** Energy of all bands as it masks in one (Schroeder, Atal and Hall, 1979). */
function spread(energies: readonly number[], band: number): number {
  return energies.reduce((sum, energy, from) => {
    const x = band - from + 0.474;
    return sum + energy * 10 ** ((15.81 + 7.5 * x - 17.5 * Math.sqrt(1 + x * x)) / 10);
  }, 0);
}

/** 1 for a tone, 0 for noise: the spectral flatness, -60 dB counting as a tone (Johnston, 1988). */
function tonalityOf(power: Float64Array): number {
  let [logSum, sum] = [0, 0];
  for (let bin = 1; bin < power.length; bin++) {
    const value = (power[bin] ?? 0) + 1e-12;
    logSum += Math.log(value);
    sum += value;
  }
  const count = power.length - 1;
  const flatnessDb = (10 / Math.LN10) * (logSum / count - Math.log(sum / count));
  return Math.min(1, flatnessDb / -60);
}
