import { spawnSync } from 'node:child_process';
import type { Format } from '../../src/encoders/encoder.ts';
import { wavFormat } from '../../src/encoders/wav.ts';
import { RATE_HZ } from './recordings.ts';

/** What an encoder made of a recording. */
export interface Encoded {
  readonly bytes: Buffer;
  /** What is sent for each second of the recording, kbit. */
  readonly kbps: number;
}

const BLOCK_FRAMES = RATE_HZ / 100;
/** Silence behind a recording, for what an encoder still holds: a stream has no end, so it is never flushed. */
const TAIL_FRAMES = RATE_HZ / 2;
const PCM = { rateHz: RATE_HZ, channels: 2 };
const NO_TAGS = { name: '', title: '', genre: '', url: '' };
const MAX_BYTES = 1e9;

/** An encoder of ours, with its pages and headers or without. */
export interface Fed {
  encode(samples: Float32Array): readonly Uint8Array[];
}

/** Feeds a recording to it in blocks of 10 ms. */
export function feed(encoder: Fed, samples: Float32Array): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < samples.length; at += 2 * BLOCK_FRAMES) {
    for (const chunk of encoder.encode(samples.subarray(at, at + 2 * BLOCK_FRAMES))) chunks.push(Buffer.from(chunk));
  }
  return chunks;
}

/** What a listener of ours would get. */
export function encodeOurs(format: Format, samples: Float32Array): Encoded {
  const encoder = format.createEncoder();
  const chunks = feed(encoder, samples);
  const tail = feed(encoder, new Float32Array(2 * TAIL_FRAMES));
  const header = encoder.header(NO_TAGS);
  encoder.close();
  return { bytes: Buffer.concat([header, ...chunks, ...tail]), kbps: kbpsOf(chunks, samples) };
}

/** What a program makes that reads a WAV file from stdin and writes to stdout. */
export function encodeWith(command: string, args: readonly string[], samples: Float32Array): Encoded {
  const wav = wavFormat(PCM, 16).createEncoder();
  const input = Buffer.concat([wav.header(NO_TAGS), ...wav.encode(samples)]);
  input.writeUInt32LE(input.length - 8, 4);
  input.writeUInt32LE(input.length - 44, 40);
  const { error, status, stdout, stderr } = spawnSync(command, args, { input, maxBuffer: MAX_BYTES });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
  return { bytes: stdout, kbps: kbpsOf([stdout], samples) };
}

/** Bitrate of what was made of a recording. */
export function kbpsOf(chunks: readonly Uint8Array[], samples: Float32Array): number {
  const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
  return (bytes * 8) / 1000 / (samples.length / 2 / RATE_HZ);
}
