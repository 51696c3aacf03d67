import type { PcmFormat } from '../pcm.ts';

/** Frequency of the markers, in Hz: far above everything else in the demo signal, so that a filter finds them. */
export const MARKER_HZ = 6000;
/** Length of a marker, in ms. */
export const MARKER_MS = 40;
/** Peak of a marker. */
export const MARKER_PEAK = 0.05;
/** When the markers begin within the loop, in ms: no two distances are alike, so a shifted match cannot be taken for a true one. */
export const MARKERS_MS: readonly number[] = [250, 1110, 2350, 3050, 4410, 5130, 6280, 7190];
/** Length of the loop, in ms. */
export const DEMO_LOOP_MS = 8000;

/** Chords of the loop, two seconds each, as frequencies in Hz: A minor, F, C and G, in equal temperament. */
const CHORDS_HZ = [
  [220, 261.63, 329.63, 440],
  [174.61, 220, 261.63, 349.23],
  [196, 261.63, 329.63, 392],
  [196, 246.94, 293.66, 392],
];
const NOTE_MS = 250;
const NOTE_PEAK = 0.16;

/** A sine with soft edges that dies away. */
interface Pluck {
  atMs: number;
  lengthMs: number;
  hz: number;
  peak: number;
  /** How fast it dies away: by a factor of e in 1 / `decayPerS` seconds. */
  decayPerS: number;
  /** Length of the rise, in ms, and of the fall at the end. */
  edgeMs: number;
  /** Where it is heard: 0 left, 1 right. */
  pan: number;
}

/**
 * One loop of the demo signal, interleaved: plucked chords that wander between the sides, made to be heard with pleasure
 * and measured with ease. Peaks stay below -6 dBFS.
 */
export function demoSignal(format: PcmFormat): Float32Array {
  const samples = new Float32Array(Math.round((format.rateHz * DEMO_LOOP_MS) / 1000) * format.channels);
  for (let note = 0; note * NOTE_MS < DEMO_LOOP_MS; note++) {
    const chord = CHORDS_HZ[Math.floor((note * NOTE_MS) / 2000)] ?? [];
    const hz = chord[[0, 2, 1, 3, 2, 1, 3, 2][note % 8] ?? 0] ?? 220;
    const pan = 0.5 + 0.3 * Math.sin((2 * Math.PI * note) / 16);
    for (const [overtone, share] of [1, 0.4, 0.15].entries()) {
      const [peak, decayPerS] = [NOTE_PEAK * share, 3 + 2 * overtone];
      pluck(samples, format, {
        atMs: note * NOTE_MS,
        lengthMs: 1500,
        hz: hz * (overtone + 1),
        peak,
        decayPerS,
        edgeMs: 4,
        pan,
      });
    }
  }
  for (const atMs of MARKERS_MS) {
    const peak = format.channels === 1 ? MARKER_PEAK : 2 * MARKER_PEAK;
    pluck(samples, format, { atMs, lengthMs: MARKER_MS, hz: MARKER_HZ, peak, decayPerS: 0, edgeMs: 2, pan: 0.5 });
  }
  return samples;
}

/** Adds a pluck; what rings beyond the end goes on at the start, so that the loop has no seam. */
function pluck(
  samples: Float32Array,
  { rateHz, channels }: PcmFormat,
  { atMs, lengthMs, hz, peak, decayPerS, edgeMs, pan }: Pluck,
): void {
  const start = Math.round((atMs * rateHz) / 1000) * channels;
  const frames = Math.round((lengthMs * rateHz) / 1000);
  const edgeFrames = (edgeMs * rateHz) / 1000;
  const sides = channels === 1 ? [1] : [1 - pan, pan];
  // A sine by recurrence: the box that plays this may be a hundred times slower at sin() than a PC.
  const twice = 2 * Math.cos((2 * Math.PI * hz) / rateHz);
  const decay = Math.exp(-decayPerS / rateHz);
  let [last, sine, size] = [-Math.sin((2 * Math.PI * hz) / rateHz), 0, peak];
  for (let frame = 0; frame < frames; frame++) {
    const value = sine * size * Math.min(1, frame / edgeFrames, (frames - frame) / edgeFrames);
    for (let channel = 0; channel < channels; channel++) {
      const at = (start + frame * channels + channel) % samples.length;
      samples[at] = (samples[at] ?? 0) + value * (sides[channel] ?? 0);
    }
    size *= decay;
    const next = twice * sine - last;
    last = sine;
    sine = next;
  }
}
