/** Where the onsets of beeps lie in interleaved samples, as frame indices: a loud sample after quiet. */
export interface OnsetRule {
  channels: number;
  /** A sample of the first channel from here on is loud (1 is full scale). */
  threshold: number;
  /** So many frames without a loud sample are quiet; longer than any pause within a beep. */
  quietFrames: number;
}

export function findOnsets(samples: Float32Array, { channels, threshold, quietFrames }: OnsetRule): number[] {
  const onsets: number[] = [];
  let lastLoud = Number.NEGATIVE_INFINITY;
  for (let frame = 0, at = 0; at < samples.length; frame++, at += channels) {
    if (Math.abs(samples[at] ?? 0) < threshold) continue;
    if (frame - lastLoud > quietFrames) onsets.push(frame);
    lastLoud = frame;
  }
  return onsets;
}
