import { mp3FrameBytes } from '../../src/encoders/mp3-frames.ts';
import { MP3_SAMPLES } from '../lag/streams.ts';
import { readFlac } from './read-flac.ts';
import { readOpus } from './read-opus.ts';

/** What a listener received, taken apart. */
export interface Received {
  /** The whole frames: what must be a piece of what every other listener of the format received. */
  sound: Buffer;
  /** What a decoder can be given: everything, without the frame in whose middle the listener left. */
  whole: Buffer;
  /** Samples per channel that a decoder makes of it, by what the frames say of themselves. */
  samples: number;
  /** Bytes of a frame that was not finished. */
  restBytes: number;
}

/** How what is received of one format is taken apart. Throws when it does not begin as it must, or is not whole within. */
export interface FormatReader {
  /** Name that ffmpeg has for it. */
  readonly ffmpegName: string;
  /** The longest frame, in samples: how exactly the time listened can be told. */
  readonly frameSamples: number;
  read(body: Buffer): Received;
}

const nothing: Received = { sound: Buffer.alloc(0), whole: Buffer.alloc(0), samples: 0, restBytes: 0 };

/** Frames of which none needs anything that lies before the first (ISO/IEC 11172-3, 2.4.2.7: `main_data_begin`). */
function readMp3(body: Buffer): Received {
  let [end, frames, mainBytes] = [0, 0, 0];
  while (end + 6 <= body.length) {
    const next = end + mp3FrameBytes(body, end);
    if (next > body.length) break;
    if (mainDataBegin(body, end) > mainBytes) throw new Error(`the sound of frame ${frames} begins before the first`);
    mainBytes += next - end - FRAME_HEAD_BYTES;
    end = next;
    frames++;
  }
  const sound = body.subarray(0, end);
  return { sound, whole: sound, samples: frames * MP3_SAMPLES, restBytes: body.length - end };
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
  if (body.length < 44) return { ...nothing, restBytes: body.length };
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
  const samples = Math.floor((body.length - 44) / frameBytes);
  const end = 44 + samples * frameBytes;
  return {
    sound: body.subarray(44, end),
    whole: body.subarray(0, end),
    samples,
    restBytes: body.length - end,
  };
}

/** Every format that the box may offer, by its id. */
export const FORMAT_READERS: Readonly<Record<string, FormatReader>> = {
  mp3: { ffmpegName: 'mp3', frameSamples: MP3_SAMPLES, read: readMp3 },
  opus: { ffmpegName: 'ogg', frameSamples: 960, read: readOpus },
  flac: { ffmpegName: 'flac', frameSamples: 480, read: readFlac },
  wav: { ffmpegName: 'wav', frameSamples: 1, read: readWav },
};
