import { mp3FrameBytes } from '../../src/encoders/mp3-frames.ts';

/** Frames of audio in an MP3 frame of MPEG-1 Layer III. */
export const MP3_SAMPLES = 1152;
/** So many MP3 frames in a row are no coincidence. */
const SURE_FRAMES = 4;

/** The whole MP3 frames of a stream that may begin in the middle of one. */
export interface Mp3Frames {
  /** Where the first begins, in bytes. */
  start: number;
  /** Where each ends, in bytes. */
  ends: number[];
}

/** Finds the MP3 frames in what a listener received. Throws when there are none, or something else lies between them. */
export function findMp3Frames(bytes: Buffer): Mp3Frames {
  for (let start = 0; start + 4 <= bytes.length; start++) {
    if (bytes[start] !== 0xff || walk(bytes, start, SURE_FRAMES).length < SURE_FRAMES) continue;
    const ends = walk(bytes, start, Number.POSITIVE_INFINITY);
    if (bytes.length - (ends.at(-1) ?? 0) > 2000)
      throw new Error(`no MP3 frame at byte ${ends.at(-1)} of ${bytes.length}`);
    return { start, ends };
  }
  throw new Error(`no MP3 frames in ${bytes.length} bytes`);
}

function walk(bytes: Buffer, start: number, most: number): number[] {
  const ends: number[] = [];
  try {
    for (let at = start; at + 4 <= bytes.length && ends.length < most; ) {
      at += mp3FrameBytes(bytes, at);
      if (at <= bytes.length) ends.push(at);
    }
  } catch {
    // No frame header there: what was found before it counts.
  }
  return ends;
}

/** Where the samples lie in a WAV stream: offset of the first and size of one frame, in bytes. Throws when it is no PCM. */
export function findWavSamples(bytes: Buffer): { start: number; frameBytes: number; bits: number; channels: number } {
  const [channels, bits] = [bytes.readUInt16LE(22), bytes.readUInt16LE(34)];
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 36, 40) !== 'data' || bits !== 16) {
    throw new Error('not the 16-bit WAV with a header of 44 bytes that was expected');
  }
  return { start: 44, frameBytes: (channels * bits) / 8, bits, channels };
}
