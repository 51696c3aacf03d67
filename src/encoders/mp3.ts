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
  readonly header = Buffer.alloc(0);
  readonly #encoder;
  readonly #channels: number;
  /** What LAME returned: whole frames and, at the end, perhaps the start of the next. */
  #bytes = Buffer.alloc(0);
  #held = 0;

  constructor({ rateHz, channels }: PcmFormat, bitrateKbps: number) {
    this.#channels = channels;
    this.#encoder = native.mp3Open({ rateHz, channels, bitrateKbps, quality: QUALITY, reservoir: false });
  }

  encode(samples: Float32Array): Buffer | undefined {
    const frames = samples.length / this.#channels;
    const room = this.#held + worstBytes(frames);
    if (this.#bytes.length < room) this.#bytes = Buffer.concat([this.#bytes.subarray(0, this.#held)], room);
    const end = this.#held + native.mp3Encode(this.#encoder, samples, frames, this.#bytes.subarray(this.#held));
    const whole = wholeMp3Frames(this.#bytes.subarray(0, end));
    this.#held = end - whole;
    if (whole === 0) return undefined;
    const chunk = Buffer.from(this.#bytes.subarray(0, whole));
    this.#bytes.copyWithin(0, whole, end);
    return chunk;
  }

  close(): void {
    native.mp3Close(this.#encoder);
  }
}

/** MP3 at a constant bitrate, without bit reservoir: a frame needs no other one, so a listener can join at each. */
export function mp3Format(pcm: PcmFormat, bitrateKbps: number): Format {
  return {
    id: 'mp3',
    mimeType: 'audio/mpeg',
    description: `MP3, ${bitrateKbps} kbit/s`,
    bytesPerSecond: (bitrateKbps * 1000) / 8,
    rangeProbe: 'ignore',
    createEncoder: () => new Mp3Encoder(pcm, bitrateKbps),
  };
}
