import type { PcmFormat } from '../pcm.ts';
import type { Encoder, Format } from './encoder.ts';

/** Sample sizes of the WAV stream, in bits. */
export type WavBits = 16 | 24;

/** The length that a stream without end claims, as ffmpeg and others write it to a pipe: players then read on until it closes. */
const ENDLESS = 0xffffffff;

/**
 * The 44 bytes before the samples: RIFF, `fmt ` with WAVE_FORMAT_PCM, `data`
 * (Multimedia Programming Interface and Data Specifications 1.0, IBM and Microsoft, 1991).
 */
export function wavHeader({ rateHz, channels }: PcmFormat, bits: WavBits): Buffer {
  const header = Buffer.alloc(44);
  const frameBytes = (channels * bits) / 8;
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(ENDLESS, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rateHz, 24);
  header.writeUInt32LE(rateHz * frameBytes, 28);
  header.writeUInt16LE(frameBytes, 32);
  header.writeUInt16LE(bits, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(ENDLESS, 40);
  return header;
}

/** Signed integers, rounded to the nearest and clipped: a source of no more than `bits` bits comes out bit-exact. */
function encodePcm16(samples: Float32Array): Buffer {
  const chunk = Buffer.allocUnsafe(samples.length * 2);
  for (let index = 0; index < samples.length; index++) {
    const value = Math.round((samples[index] ?? 0) * 0x8000);
    chunk.writeInt16LE(Math.min(Math.max(value, -0x8000), 0x7fff), index * 2);
  }
  return chunk;
}

function encodePcm24(samples: Float32Array): Buffer {
  const chunk = Buffer.allocUnsafe(samples.length * 3);
  for (let index = 0; index < samples.length; index++) {
    const value = Math.round((samples[index] ?? 0) * 0x800000);
    const clipped = Math.min(Math.max(value, -0x800000), 0x7fffff);
    chunk[index * 3] = clipped;
    chunk[index * 3 + 1] = clipped >> 8;
    chunk[index * 3 + 2] = clipped >> 16;
  }
  return chunk;
}

/** Uncompressed PCM behind a WAV header without end: the least delay, and bit-exact. */
export function wavFormat(pcm: PcmFormat, bits: WavBits): Format {
  const header = wavHeader(pcm, bits);
  const encodePcm = bits === 16 ? encodePcm16 : encodePcm24;
  const encoder: Encoder = { header: () => header, encode: (samples) => [encodePcm(samples)], close: () => {} };
  const bytesPerSecond = (pcm.rateHz * pcm.channels * bits) / 8;
  return {
    id: 'wav',
    mimeType: 'audio/wav',
    description: `WAV, ${bits} bit, ${(bytesPerSecond * 8) / 1000} kbit/s`,
    bytesPerSecond,
    rangeProbe: 'answer',
    createEncoder: () => encoder,
  };
}
