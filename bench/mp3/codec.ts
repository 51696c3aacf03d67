import { type Mp3Options, native } from '../../src/native.ts';

/** Settings that are compared; everything else is as src/encoders/mp3.ts has it. */
export type Mp3Settings = Pick<Mp3Options, 'bitrateKbps' | 'quality' | 'reservoir'>;

/** What an encoder made of a signal, and after how much of it. */
export interface Encoded {
  bytes: Buffer;
  /** Bytes that were out after each block. */
  outAfter: number[];
  blockFrames: number;
  /** CPU time that encoding took, in ms: time in which another process had the CPU is not in it. */
  cpuMs: number;
}

/** Frames of silence behind a signal, for what the encoder still holds: there is no end in a stream, so it is never flushed. */
const TAIL_FRAMES = 48000 / 2;

/** Encodes stereo at 48 kHz in blocks, as they come from a card. */
export function encode(samples: Float32Array, settings: Mp3Settings, blockFrames = 480): Encoded {
  const encoder = native.mp3Open({ rateHz: 48000, channels: 2, ...settings });
  const frames = samples.length / 2 + TAIL_FRAMES;
  const padded = new Float32Array(2 * frames);
  padded.set(samples);
  const bytes = Buffer.alloc(Math.ceil(((frames / 48000) * settings.bitrateKbps * 1000) / 8) + 20_000);
  const outAfter: number[] = [];
  let out = 0;
  const start = process.threadCpuUsage();
  for (let from = 0; from + blockFrames <= frames; from += blockFrames) {
    const block = padded.subarray(2 * from, 2 * (from + blockFrames));
    out += native.mp3Encode(encoder, block, blockFrames, bytes.subarray(out));
    outAfter.push(out);
  }
  const { user, system } = process.threadCpuUsage(start);
  native.mp3Close(encoder);
  return { bytes: bytes.subarray(0, out), outAfter, blockFrames, cpuMs: (user + system) / 1000 };
}

/** Frames that had gone in when the first `count` bytes were out; NaN when they never were. */
export function framesInFor({ outAfter, blockFrames }: Encoded, count: number): number {
  const block = outAfter.findIndex((out) => out >= count);
  return block < 0 ? Number.NaN : (block + 1) * blockFrames;
}
