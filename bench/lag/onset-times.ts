import { findFlacFrames } from '../../test/support/flac-frames.ts';
import { findOggPages } from '../../test/support/ogg-pages.ts';
import { toFloats } from '../../test/support/tones.ts';
import type { Arrivals } from './arrivals.ts';
import { BEEP_RULE } from './beeps.ts';
import { decode, decodePcm16 } from './decode.ts';
import { findOnsets } from './onsets.ts';
import { findMp3Frames, findWavSamples, MP3_SAMPLES } from './streams.ts';

const RATE_HZ = 48000;
/** Samples a channel of an Opus packet of 20 ms. */
const OPUS_SAMPLES = 960;
/** Size of the packets in which ffmpeg reads WAV, in bytes: 1024 frames of 16-bit stereo. */
const FFMPEG_WAV_PACKET_BYTES = 4096;
const RULE = { channels: 2, threshold: BEEP_RULE.threshold, quietFrames: (BEEP_RULE.quietMs * RATE_HZ) / 1000 };
/** What a decoder makes of the first frames is not to be trusted: they may need frames from before the listener came. */
const SETTLE_MS = 300;

/** A beep in what arrived. */
export interface Onset {
  /** Where it begins, in ms of sound since the first byte. */
  atMs: number;
  /** When the last byte that is needed to hear its beginning was there, in ms of the monotonic clock. */
  arrivedMs: number;
  /** The same for a player that takes WAV in ffmpeg's packets. */
  packetArrivedMs?: number | undefined;
}

/** Finds the beeps in what a listener received. */
export type FindOnsets = (arrivals: Arrivals) => Promise<Onset[]>;

/** The direct recording: interleaved float32. */
export const rawOnsets: FindOnsets = async (arrivals) =>
  onsets(toFloats(arrivals.bytes()), (frame) => arrivals.timeOfMs((frame + 1) * 8));

export const wavOnsets: FindOnsets = async (arrivals) => {
  const bytes = arrivals.bytes();
  const { start, frameBytes } = findWavSamples(bytes);
  return onsets(
    decodePcm16(bytes.subarray(start)),
    (frame) => arrivals.timeOfMs(start + (frame + 1) * frameBytes),
    (frame) => {
      const packets = Math.floor((frame * frameBytes) / FFMPEG_WAV_PACKET_BYTES) + 1;
      return arrivals.timeOfMs(start + packets * FFMPEG_WAV_PACKET_BYTES);
    },
  );
};

/** An onset is there when the whole MP3 frame is, out of which the decoder makes it. */
export const mp3Onsets: FindOnsets = async (arrivals) => {
  const bytes = arrivals.bytes();
  const { start, ends } = findMp3Frames(bytes);
  const samples = await decode('mp3', bytes.subarray(start, ends.at(-1)));
  const decoded = samples.length / 2 / MP3_SAMPLES;
  if (decoded !== ends.length) throw new Error(`${ends.length} MP3 frames were decoded to the length of ${decoded}`);
  return onsets(samples, (frame) => arrivals.timeOfMs(ends[Math.floor(frame / MP3_SAMPLES)] ?? Number.NaN));
};

/** The same for a FLAC frame. (ffmpeg waits for the headers of some more frames; libFLAC does not.) */
export const flacOnsets: FindOnsets = async (arrivals) => {
  const bytes = arrivals.bytes();
  const { ends, blockSamples } = findFlacFrames(bytes);
  const samples = await decode('flac', bytes.subarray(0, ends.at(-1)));
  const decoded = samples.length / 2 / blockSamples;
  if (decoded !== ends.length) throw new Error(`${ends.length} FLAC frames were decoded to the length of ${decoded}`);
  return onsets(samples, (frame) => arrivals.timeOfMs(ends[Math.floor(frame / blockSamples)] ?? Number.NaN));
};

/** The same for an Ogg page with Opus packets of 20 ms. */
export const opusOnsets: FindOnsets = async (arrivals) => {
  const bytes = arrivals.bytes();
  const pages = findOggPages(bytes);
  const preSkip = pages[0]?.packets[0]?.readUInt16LE(10) ?? 0; // RFC 7845, 5.1
  const packetEnds = pages.slice(2).flatMap(({ end, packets }) => packets.map(() => end));
  const samples = await decode('ogg', bytes.subarray(0, pages.at(-1)?.end));
  const left = packetEnds.length * OPUS_SAMPLES - samples.length / 2;
  if (left !== preSkip) throw new Error(`of ${packetEnds.length} Opus packets ${left} samples were left out`);
  return onsets(samples, (frame) =>
    arrivals.timeOfMs(packetEnds[Math.floor((frame + preSkip) / OPUS_SAMPLES)] ?? Number.NaN),
  );
};

function onsets(
  samples: Float32Array,
  arrived: (frame: number) => number | undefined,
  packetArrived?: (frame: number) => number | undefined,
): Onset[] {
  return findOnsets(samples, RULE).flatMap((frame) => {
    const [atMs, arrivedMs] = [(frame / RATE_HZ) * 1000, arrived(frame)];
    if (arrivedMs === undefined || atMs < SETTLE_MS) return [];
    return [{ atMs, arrivedMs, ...(packetArrived ? { packetArrivedMs: packetArrived(frame) } : {}) }];
  });
}
