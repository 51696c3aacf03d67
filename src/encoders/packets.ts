import { native, type PacketEncoderHandle, type PacketFacts } from '../native.ts';

/** An encoder of the addon that makes packets, with the room that they need. */
export class PacketEncoder {
  readonly facts: PacketFacts;
  readonly #handle: PacketEncoderHandle;
  readonly #rateHz: number;
  readonly #channels: number;
  #out = new Uint8Array(0);
  #ends = new Uint32Array(0);

  /** @param pcm what it is given */
  constructor(handle: PacketEncoderHandle, { rateHz, channels }: { rateHz: number; channels: number }) {
    this.#handle = handle;
    this.#rateHz = rateHz;
    this.#channels = channels;
    this.facts = native.packetsFacts(handle);
  }

  /** Takes interleaved samples; returns what is finished. The packets are valid until the next call. */
  encode(samples: Float32Array): readonly Uint8Array[] {
    const frames = samples.length / this.#channels;
    this.#makeRoom(frames);
    const count = native.packetsEncode(this.#handle, samples, frames, this.#out, this.#ends);
    const ends = this.#ends.subarray(0, count);
    return Array.from(ends, (end, index) => this.#out.subarray(ends[index - 1] ?? 0, end));
  }

  close(): void {
    native.packetsClose(this.#handle);
  }

  /** For what comes in and what may already be waiting inside. */
  #makeRoom(frames: number): void {
    const { rateHz, packetFrames, packetBytesMax } = this.facts;
    const packets = Math.ceil((frames * rateHz) / this.#rateHz / packetFrames) + 1;
    if (packets <= this.#ends.length) return;
    this.#ends = new Uint32Array(packets);
    this.#out = new Uint8Array(packets * packetBytesMax);
  }
}
