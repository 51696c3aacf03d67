import { randomNumbers } from '../../test/support/random.ts';
import { transformBack } from '../mp3/fft.ts';

export const RATE_HZ = 48000;
/** The sine on the left: prime, so that no length of a codec's frame or a buffer holds it a whole number of times. */
export const SINE = { hz: 997, peak: 10 ** (-12 / 20) };
/** Length of a marker, its peak, and the band of its noise: what every codec and every loudspeaker lets through. */
const MARKER = { ms: 40, peak: 0.35, fromHz: 500, toHz: 6000 };
/** How long a marker takes to rise and to fall, ms. */
const EDGE_MS = 2;
export const MARKER_FRAMES = (MARKER.ms * RATE_HZ) / 1000;
/** The smallest power of two that holds a marker. */
const NOISE_FRAMES = 2048;
/** When the first marker begins, ms: whatever plays the signal has found its stride by then. */
const FIRST_MS = 1000;
/** Park and Miller's generator needs seeds below 2^31 - 1; neighbours give noises that have nothing in common. */
const SEED = 20_231;

/** How far the beginnings of markers lie apart, ms. */
export interface Spacing {
  readonly leastMs: number;
  readonly mostMs: number;
}

/** When markers begin, as frames since the start of the signal: at distances without order, always the same ones. */
export function* markerStarts({ leastMs, mostMs }: Spacing): Generator<number, never> {
  const random = randomNumbers(SEED);
  for (let atMs = FIRST_MS; ; atMs += leastMs + random() * (mostMs - leastMs)) {
    yield Math.round((atMs * RATE_HZ) / 1000);
  }
}

/** A marker: a burst of noise that only this one has, so that none is ever taken for another. */
export function markerSamples(index: number): Float32Array {
  const random = randomNumbers(SEED + 1 + index);
  const [re, im] = [new Float64Array(NOISE_FRAMES), new Float64Array(NOISE_FRAMES)];
  const bin = (hz: number) => Math.round((hz * NOISE_FRAMES) / RATE_HZ);
  for (let at = bin(MARKER.fromHz); at <= bin(MARKER.toHz); at++) {
    const angle = 2 * Math.PI * random();
    re[at] = Math.cos(angle);
    im[at] = Math.sin(angle);
  }
  transformBack(re, im);
  const noise = Float32Array.from(re.subarray(0, MARKER_FRAMES));
  const scale = MARKER.peak / noise.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0);
  const edge = (EDGE_MS * RATE_HZ) / 1000;
  return noise.map((value, frame) => {
    const fromEdge = Math.min(frame + 0.5, noise.length - frame - 0.5);
    const rise = fromEdge >= edge ? 1 : 0.5 - 0.5 * Math.cos((Math.PI * fromEdge) / edge);
    return value * scale * rise;
  });
}

/**
 * What is played into the mixer, in pieces: stereo at 48 kHz, interleaved; the sine on the left, the markers on the right.
 *
 * @param frames how much in all; it ends within a piece's length after it
 */
export function* earSignal(spacing: Spacing, frames: number, pieceFrames = RATE_HZ): Generator<Float32Array> {
  const starts = markerStarts(spacing);
  let [index, start] = [0, starts.next().value];
  let marker = markerSamples(index);
  for (let from = 0; from < frames; from += pieceFrames) {
    const piece = new Float32Array(2 * pieceFrames);
    for (let at = 0; at < pieceFrames; at++) {
      const frame = from + at;
      piece[2 * at] = SINE.peak * Math.sin(2 * Math.PI * (((SINE.hz * frame) / RATE_HZ) % 1));
      if (frame === start + marker.length) {
        start = starts.next().value;
        marker = markerSamples(++index);
      }
      if (frame >= start) piece[2 * at + 1] = marker[frame - start] ?? 0;
    }
    yield piece;
  }
}
