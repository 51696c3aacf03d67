/** Frequency of a beep, in Hz, its length, in ms, and its peak: -6 dBFS. */
const BEEP = { hz: 1500, ms: 40, peak: 0.5 };
/** The distances of beeps lie between these, in ms. */
const DISTANCE_MS = { least: 550, most: 1250 };
/** The fractional part of its multiples never repeats and fills the range evenly: 2 / (1 + √5). */
const GOLDEN = 0.6180339887498949;

/** Frequency of the beeps, for whoever looks for their onsets: half a period is the longest pause within one. */
export const BEEP_RULE = { threshold: 0.08, quietMs: 200 };

/**
 * When beeps begin, in ms: at distances that are all different, so that no shifted match can be taken for the true one
 * and no period of an encoder, a card or a network is in step with them.
 */
export function beepTimesMs(totalMs: number, firstMs = 500): number[] {
  const times: number[] = [];
  for (let atMs = firstMs; atMs + BEEP.ms < totalMs; ) {
    times.push(atMs);
    const share = (times.length * GOLDEN) % 1;
    atMs += DISTANCE_MS.least + share * (DISTANCE_MS.most - DISTANCE_MS.least);
  }
  return times;
}

/** Stereo beeps on silence, interleaved. */
export function beeps(totalMs: number, rateHz: number): Float32Array {
  const samples = new Float32Array(2 * Math.round((totalMs * rateHz) / 1000));
  for (const atMs of beepTimesMs(totalMs)) {
    const from = Math.round((atMs * rateHz) / 1000);
    for (let frame = 0; frame < (BEEP.ms * rateHz) / 1000; frame++) {
      // A cosine: loud from its first sample on, so that the onset is where the beep begins.
      const value = BEEP.peak * Math.cos((2 * Math.PI * BEEP.hz * frame) / rateHz);
      samples[2 * (from + frame)] = value;
      samples[2 * (from + frame) + 1] = value;
    }
  }
  return samples;
}
