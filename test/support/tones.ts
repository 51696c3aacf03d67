/** One tone per channel. */
export interface Tone {
  hz: number;
  dbfs: number;
}

/** Interleaved sines, one per channel, at 48 kHz by default. */
export function sines(tones: readonly Tone[], seconds: number, rateHz = 48000): Float32Array {
  const samples = new Float32Array(Math.round(seconds * rateHz) * tones.length);
  tones.forEach(({ hz, dbfs }, channel) => {
    const peak = 10 ** (dbfs / 20);
    for (let at = channel, frame = 0; at < samples.length; at += tones.length, frame++) {
      samples[at] = peak * Math.sin((2 * Math.PI * hz * frame) / rateHz);
    }
  });
  return samples;
}

/**
 * Level of one frequency in a channel of interleaved samples, as the peak of its sine in dBFS: the magnitude of the
 * Fourier sum at that frequency under a Hann window.
 */
export function toneDbfs(samples: Float32Array, channel: number, channels: number, hz: number, rateHz = 48000): number {
  const frames = Math.floor(samples.length / channels);
  let [re, im, weight] = [0, 0, 0];
  for (let frame = 0; frame < frames; frame++) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * (frame + 0.5)) / frames);
    const value = window * (samples[frame * channels + channel] ?? 0);
    const angle = (2 * Math.PI * hz * frame) / rateHz;
    re += value * Math.cos(angle);
    im += value * Math.sin(angle);
    weight += window;
  }
  return 20 * Math.log10((2 * Math.hypot(re, im)) / weight + 1e-9);
}

/** Interleaved float32 out of raw bytes. */
export function toFloats(bytes: Buffer): Float32Array {
  return new Float32Array(Uint8Array.from(bytes.subarray(0, bytes.length & ~3)).buffer);
}
