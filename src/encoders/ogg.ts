import { randomBytes } from 'node:crypto';
import { native, type OggPageFacts } from '../native.ts';

/** What a page has before its packet, at most: 27 bytes, then the lengths of up to 255 pieces (RFC 3533, 6). */
const HEAD_BYTES_MAX = 27 + 255;

/** A page with one packet, which is no longer than 65,024 bytes. */
function oggPage(facts: OggPageFacts, packet: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(packet.length + HEAD_BYTES_MAX);
  return out.subarray(0, native.oggPage(facts, packet, out));
}

/** The packet of a page that holds one. */
export function oggPacket(page: Buffer): Buffer {
  return page.subarray(27 + (page[26] ?? 0));
}

/** One logical stream of Ogg (RFC 3533), one packet a page. */
export class OggStream {
  readonly #serial = randomBytes(4).readUInt32LE();
  #sequence: number;

  /** @param fromSequence number of the first page that `page` makes; before it come as many header pages */
  constructor(fromSequence = 0) {
    this.#sequence = fromSequence;
  }

  /** The next page. */
  page(packet: Uint8Array, granule: number, last = false): Buffer {
    const page = this.#page(this.#sequence, packet, granule, last);
    this.#sequence = (this.#sequence + 1) >>> 0;
    return page;
  }

  /** The pages that stand before all others, numbered from 0, wherever the stream is by now. */
  headerPages(packets: readonly Uint8Array[]): Buffer {
    return Buffer.concat(packets.map((packet, sequence) => this.#page(sequence, packet, 0, false)));
  }

  #page(sequence: number, packet: Uint8Array, granule: number, last: boolean): Buffer {
    return oggPage({ serial: this.#serial, sequence, granule, first: sequence === 0, last }, packet);
  }
}
