import { mp3FrameBytes } from '../../src/encoders/mp3-frames.ts';
import { findFlacFrames } from '../../test/support/flac-frames.ts';
import { MP3_SAMPLES } from '../lag/streams.ts';
import { readOpus } from './read-opus.ts';

/** What a listener received, taken apart. */
export interface Received {
  /** The whole frames: what must be a piece of what every other listener of the format received. */
  sound: Buffer;
  /** What a decoder can be given: everything, without the frame in whose middle the listener left. */
  whole: Buffer;
  /** Samples per channel that a decoder makes of it, by what the frames say of themselves. */
  samples: number;
  /** The same, of so many bytes at the beginning. */
  samplesWithin(bytes: number): number;
  /** Bytes of a frame that was not finished. */
  restBytes: number;
}

/** How what is received of one format is taken apart. Throws when it does not begin as it must, or is not whole within. */
export interface FormatReader {
  /** The rate of what is sent, by that of the programme, Hz. */
  sentHz(programmeHz: number): number;
  /** The longest frame, in samples: how exactly the time listened can be told. */
  frameSamples(programmeHz: number): number;
  read(body: Buffer): Received;
}

/**
 * Puts together what the readers find.
 *
 * @param start where the sound begins
 * @param samplesWithin samples of the whole frames that lie within so many bytes
 */
export function received(body: Buffer, start: number, end: number, samplesWithin: (bytes: number) => number): Received {
  return {
    sound: body.subarray(start, end),
    whole: body.subarray(0, end),
    samples: samplesWithin(end),
    samplesWithin,
    restBytes: body.length - end,
  };
}

const countUpTo = (ends: readonly number[], bytes: number) => ends.filter((end) => end <= bytes).length;

/** Frames of which none needs anything that lies before the first (ISO/IEC 11172-3, 2.4.2.7: `main_data_begin`). */
function readMp3(body: Buffer): Received {
  const ends: number[] = [];
  let mainBytes = 0;
  for (let at = 0; at + 6 <= body.length; ) {
    const next = at + mp3FrameBytes(body, at);
    if (next > body.length) break;
    if (mainDataBegin(body, at) > mainBytes)
      throw new Error(`the sound of frame ${ends.length} begins before the first`);
    mainBytes += next - at - FRAME_HEAD_BYTES;
    ends.push(next);
    at = next;
  }
  return received(body, 0, ends.at(-1) ?? 0, (bytes) => countUpTo(ends, bytes) * MP3_SAMPLES);
}

/** Header and side information of a frame in stereo, bytes. */
const FRAME_HEAD_BYTES = 4 + 32;

/** How many bytes before the frame at `at` its sound begins. */
function mainDataBegin(bytes: Buffer, at: number): number {
  const checksumBytes = ((bytes[at + 1] ?? 0) & 1) === 0 ? 2 : 0;
  return bytes.readUInt16BE(at + 4 + checksumBytes) >> 7;
}

/** The header that src/encoders/wav.ts documents: an endless RIFF of PCM. */
function readWav(body: Buffer): Received {
  const text = (from: number, to: number) => body.toString('latin1', from, to);
  const number = (at: number) => body.readUIntLE(at, [22, 32, 34].includes(at) ? 2 : 4);
  const [channels, rateHz, frameBytes, bits] = [number(22), number(24), number(32), number(34)] as const;
  const right =
    `${text(0, 4)} ${text(8, 16)} ${text(36, 40)}` === 'RIFF WAVEfmt  data' &&
    number(4) === 0xffffffff &&
    number(40) === 0xffffffff &&
    number(16) === 16 &&
    body.readUInt16LE(20) === 1 &&
    frameBytes === (channels * bits) / 8 &&
    number(28) === rateHz * frameBytes;
  if (!right) throw new Error(`no endless WAV: ${body.toString('hex', 0, 44)}`);
  const samplesWithin = (bytes: number) => Math.max(0, Math.floor((bytes - 44) / frameBytes));
  return received(body, 44, 44 + samplesWithin(body.length) * frameBytes, samplesWithin);
}

/** Metadata and frames that count without a hole; one that is not right would be the unfinished last one, and be missed by time. */
function readFlac(body: Buffer): Received {
  const { start, ends, blockSamples } = findFlacFrames(body);
  return received(body, start, ends.at(-1) ?? start, (bytes) => countUpTo(ends, bytes) * blockSamples);
}

/** Every format that the box may offer, by its id. */
const FORMAT_READERS: Readonly<Record<string, FormatReader>> = {
  mp3: { sentHz: (hz) => (hz > 48_000 ? hz / 2 : hz), frameSamples: () => MP3_SAMPLES, read: readMp3 },
  opus: { sentHz: () => 48_000, frameSamples: () => 960, read: readOpus },
  flac: { sentHz: (hz) => hz, frameSamples: (hz) => Math.round(hz / 100), read: readFlac },
  wav: { sentHz: (hz) => hz, frameSamples: () => 1, read: readWav },
};

/** The reader of a format. Throws when there is none. */
export function readerOf(format: string): FormatReader {
  const reader = FORMAT_READERS[format];
  if (!reader) throw new Error(`nobody knows how to read ${format}`);
  return reader;
}
