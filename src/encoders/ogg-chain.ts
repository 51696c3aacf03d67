import type { IcecastStream, StreamTags } from './encoder.ts';
import { OggStream } from './ogg.ts';

/** How a codec lies in Ogg. */
export interface OggMapping {
  /** Sound in each packet, in units of granule positions. */
  readonly packetFrames: number;
  /** What a decoder is to leave out at the beginning of the sound, in the same units. */
  readonly lookaheadFrames: number;
  /** How many packets a decoder needs until all of what it puts out is right. */
  readonly prerollPackets: number;
  /** The packets before the sound. */
  headers(tags: StreamTags, skipFrames: number): readonly Buffer[];
  /** The packet in a chunk of the encoder. */
  packetOf(chunk: Buffer): Buffer;
}

/**
 * A chain of logical Ogg streams, each with pages from 0 and sound from 0: a new one begins with every new title (RFC 3533, 4). No
 * sound is lost or heard twice where they meet: what a decoder needs to warm up is repeated, and left out by it. The newest packet is held
 * back, so that the page that ends a logical stream can say so.
 */
export class OggChain implements IcecastStream {
  readonly #mapping: OggMapping;
  #stream: OggStream | undefined;
  #granule = 0;
  #held: Buffer | undefined;
  /** The newest packets, as many as a decoder needs. */
  readonly #recent: Buffer[] = [];

  constructor(mapping: OggMapping) {
    this.#mapping = mapping;
  }

  header(tags: StreamTags): Buffer {
    const { packetFrames, lookaheadFrames } = this.#mapping;
    const ending = this.#flush(true);
    const repeated = this.#recent;
    const skipFrames = repeated.length > 0 ? repeated.length * packetFrames : lookaheadFrames;
    const headers = this.#mapping.headers(tags, skipFrames);
    const stream = new OggStream(headers.length);
    this.#stream = stream;
    this.#granule = 0;
    const again = repeated.map((packet) => this.#page(stream, packet, false));
    return Buffer.concat([ending, stream.headerPages(headers), ...again]);
  }

  frame(chunk: Buffer): Buffer {
    const before = this.#flush(false);
    const packet = this.#mapping.packetOf(chunk);
    this.#held = packet;
    this.#recent.push(packet);
    if (this.#recent.length > this.#mapping.prerollPackets) this.#recent.shift();
    return before;
  }

  /** What was held back. */
  #flush(last: boolean): Buffer {
    if (!this.#stream || !this.#held) return Buffer.alloc(0);
    const page = this.#page(this.#stream, this.#held, last);
    this.#held = undefined;
    return page;
  }

  #page(stream: OggStream, packet: Buffer, last: boolean): Buffer {
    this.#granule += this.#mapping.packetFrames;
    return stream.page(packet, this.#granule, last);
  }
}
