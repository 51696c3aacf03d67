import { native } from '../native.ts';
import type { PcmFormat } from '../pcm.ts';
import type { Encoder, Format } from './encoder.ts';
import { wholeMp3Frames } from './mp3-frames.ts';

/**
 * LAME's algorithm quality. It does not change the delay; better ones cost more and show no gain, faster ones lose a little
 * (measured with `npm run bench:mp3`, see docs/mp3.md).
 */
const QUALITY = 5;
/** Most that LAME can return for so many samples a channel (lame.h: 1.25 × samples + 7200), in bytes. */
const worstBytes = (frames: number) => Math.ceil(1.25 * frames) + 7200;

class Mp3Encoder implements Encoder {
  readonly #encoder;
  readonly #channels: number;
  /** What LAME returned: whole frames and, at the end, perhaps the start of the next. */
  #bytes = Buffer.alloc(0);
  #held = 0;

  constructor({ rateHz, channels }: PcmFormat, bitrateKbps: number) {
    this.#channels = channels;
    this.#encoder = native.mp3Open({ rateHz, channels, bitrateKbps, quality: QUALITY, reservoir: false });
  }

  /** Each frame says all that a decoder needs. */
  header(): Buffer {
    return Buffer.alloc(0);
  }

  encode(samples: Float32Array): readonly Buffer[] {
    const frames = samples.length / this.#channels;
    const room = this.#held + worstBytes(frames);
    if (this.#bytes.length < room) this.#bytes = Buffer.concat([this.#bytes.subarray(0, this.#held)], room);
    const end = this.#held + native.mp3Encode(this.#encoder, samples, frames, this.#bytes.subarray(this.#held));
    const whole = wholeMp3Frames(this.#bytes.subarray(0, end));
    this.#held = end - whole;
    if (whole === 0) return [];
    const chunk = Buffer.from(this.#bytes.subarray(0, whole));
    this.#bytes.copyWithin(0, whole, end);
    return [chunk];
  }

  close(): void {
    native.mp3Close(this.#encoder);
  }
}

/** About how much sound lies between two titles, in bytes. */
const ABOUT_META_BYTES = 4096;

/**
 * Bytes that are a number of whole frames, wherever one begins to count. At 48 kHz all frames of a bitrate are of the same length;
 * at 44.1 kHz some have a byte of padding (ISO/IEC 11172-3, 2.4.2.3), which repeats itself after 49 frames at the latest.
 */
function wholeFramesBytes({ rateHz }: PcmFormat, bitrateKbps: number): number {
  const sentHz = rateHz > 48_000 ? rateHz / 2 : rateHz;
  // A frame is 144 × bitrate ÷ rate bytes long, on average.
  const numerator = 144 * bitrateKbps * 1000;
  let frames = 1;
  while ((frames * numerator) % sentHz !== 0) frames++;
  const periodBytes = (frames * numerator) / sentHz;
  return periodBytes * Math.ceil(ABOUT_META_BYTES / periodBytes);
}

/** MP3 at a constant bitrate, without bit reservoir: a frame needs no other one, so a listener can join at each. */
export function mp3Format(pcm: PcmFormat, bitrateKbps: number): Format {
  return {
    id: 'mp3',
    mimeType: 'audio/mpeg',
    description: `MP3, ${bitrateKbps} kbit/s`,
    bytesPerSecond: (bitrateKbps * 1000) / 8,
    bitrateKbps,
    rangeProbe: 'ignore',
    icyMetaBytes: wholeFramesBytes(pcm, bitrateKbps),
    icecast: {
      mimeType: 'audio/mpeg',
      titles: 'by request',
      start: () => ({ header: () => Buffer.alloc(0), frame: (chunk) => chunk }),
    },
    createEncoder: () => new Mp3Encoder(pcm, bitrateKbps),
  };
}
