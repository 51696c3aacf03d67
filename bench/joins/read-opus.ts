import { findOggPages } from '../../test/support/ogg-pages.ts';
import { type Received, received } from './received.ts';

/** Opus counts in 48 kHz, whatever went in (RFC 7845, 4). */
const RATE_HZ = 48_000;
/** Pages before the sound: OpusHead and OpusTags. */
const HEADER_PAGES = 2;

/** Samples of an Opus packet, by its first byte (RFC 6716, 3.1) and, where that says so, its second. */
function packetSamples([toc = 0, count = 0]: Buffer): number {
  const config = toc >> 3;
  const ms =
    config < 12 ? [10, 20, 40, 60][config & 3] : config < 16 ? [10, 20][config & 1] : [2.5, 5, 10, 20][config & 3];
  const frames = [1, 2, 2, count & 0x3f][toc & 3] ?? 0;
  return (frames * (ms ?? 0) * RATE_HZ) / 1000;
}

/** Ogg Opus as RFC 7845 wants it: both header pages, then pages that count without a hole, of one stream that does not end. */
export function readOpus(body: Buffer): Received {
  const pages = findOggPages(body);
  const sound: Array<{ end: number; samples: number }> = [];
  for (const [index, page] of pages.entries()) {
    const before = pages[index - 1];
    const [packet = Buffer.alloc(0)] = page.packets;
    if (page.first !== (index === 0) || page.last) throw new Error(`page ${index} begins or ends a stream`);
    if (page.serial !== pages[0]?.serial) throw new Error(`page ${index} is of another stream`);
    // Whoever comes in the middle begins with the pages of the header, 0 and 1, and goes on with another number.
    if (before && index !== HEADER_PAGES && page.sequence !== before.sequence + 1)
      throw new Error(`page ${page.sequence} follows ${before.sequence}`);
    if (index < HEADER_PAGES) {
      const wanted = ['OpusHead', 'OpusTags'][index];
      if (packet.toString('latin1', 0, 8) !== wanted) throw new Error(`page ${index} is no ${wanted}`);
      continue;
    }
    const inPage = page.packets.reduce((sum, one) => sum + packetSamples(one), 0);
    if (before && index > HEADER_PAGES && page.granulePosition !== before.granulePosition + BigInt(inPage))
      throw new Error(`page ${index} ends at ${page.granulePosition}, the one before at ${before.granulePosition}`);
    sound.push({ end: page.end, samples: inPage });
  }
  const preSkip = pages[0]?.packets[0]?.readUInt16LE(10) ?? 0;
  const end = pages.at(-1)?.end ?? 0;
  return received(body, pages[HEADER_PAGES]?.start ?? end, end, (bytes) => {
    const whole = sound.filter((page) => page.end <= bytes);
    return Math.max(0, whole.reduce((sum, { samples }) => sum + samples, 0) - preSkip);
  });
}
