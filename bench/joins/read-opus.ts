import type { Received } from './received.ts';

/** A page of Ogg (RFC 3533, 6). */
interface Page {
  flags: number;
  granule: bigint;
  serial: number;
  sequence: number;
  packets: Buffer[];
  end: number;
}

const FIRST_PAGE = 0x02;
const NO_GRANULE = -1n;
/** Opus counts in 48 kHz, whatever went in (RFC 7845, 4). */
const RATE_HZ = 48_000;

/** The CRC-32 of Ogg (RFC 3533, 6): polynomial 0x04c11db7, from 0, neither reflected nor inverted. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index << 24;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  return crc >>> 0;
});

function oggCrc(page: Buffer): number {
  let crc = 0;
  for (const [at, byte] of page.entries()) {
    // The place of the sum itself counts as zeros.
    const value = at >= 22 && at < 26 ? 0 : byte;
    crc = (crc << 8) ^ (CRC_TABLE[((crc >>> 24) ^ value) & 0xff] ?? 0);
  }
  return crc >>> 0;
}

/** The page at `at`; undefined when it is not all there. Throws when there is something else. */
function readPage(bytes: Buffer, at: number): Page | undefined {
  const head = bytes.subarray(at, at + 27);
  if (!'OggS'.startsWith(head.toString('latin1', 0, 4))) throw new Error(`no Ogg page at byte ${at}`);
  if (head.length < 27) return undefined;
  const lacing = bytes.subarray(at + 27, at + 27 + (head[26] ?? 0));
  const end = at + 27 + (head[26] ?? 0) + lacing.reduce((sum, length) => sum + length, 0);
  if (lacing.length < (head[26] ?? 0) || end > bytes.length) return undefined;
  if (oggCrc(bytes.subarray(at, end)) !== head.readUInt32LE(22))
    throw new Error(`wrong checksum of the page at byte ${at}`);
  if ((lacing.at(-1) ?? 255) === 255) throw new Error(`the page at byte ${at} ends within a packet`);
  const packets: Buffer[] = [];
  let [from, length] = [at + 27 + lacing.length, 0];
  for (const value of lacing) {
    length += value;
    if (value === 255) continue;
    packets.push(bytes.subarray(from, from + length));
    from += length;
    length = 0;
  }
  return {
    flags: head[5] ?? 0,
    granule: head.readBigInt64LE(6),
    serial: head.readUInt32LE(14),
    sequence: head.readUInt32LE(18),
    packets,
    end,
  };
}

/** Samples of an Opus packet, by its first byte (RFC 6716, 3.1) and, for code 3, its second. */
function packetSamples(packet: Buffer): number {
  const [toc = 0, count = 0] = packet;
  const config = toc >> 3;
  const ms =
    config < 12 ? [10, 20, 40, 60][config & 3] : config < 16 ? [10, 20][config & 1] : [2.5, 5, 10, 20][config & 3];
  const frames = [1, 2, 2, count & 0x3f][toc & 3] ?? 0;
  return (frames * (ms ?? 0) * RATE_HZ) / 1000;
}

/** Ogg Opus as RFC 7845 wants it: both header pages, then pages that count without a hole, of one stream that does not end. */
export function readOpus(body: Buffer): Received {
  let [at, index, samples, preSkip] = [0, 0, 0, 0];
  let before: Page | undefined;
  let soundAt = 0;
  for (let page = readPage(body, 0); page; page = at < body.length ? readPage(body, at) : undefined) {
    const first = page.packets[0] ?? Buffer.alloc(0);
    if (page.flags !== (index === 0 ? FIRST_PAGE : 0)) throw new Error(`page ${index} has flags ${page.flags}`);
    if (before && page.serial !== before.serial) throw new Error(`page ${index} is of another stream`);
    // Whoever comes in the middle begins with the pages of the header, 0 and 1, and goes on with another number.
    if (before && index !== 2 && page.sequence !== before.sequence + 1)
      throw new Error(`page ${page.sequence} follows ${before.sequence}`);
    if (index === 0) {
      if (first.toString('latin1', 0, 8) !== 'OpusHead') throw new Error('no OpusHead');
      preSkip = first.readUInt16LE(10);
    } else if (index === 1) {
      if (first.toString('latin1', 0, 8) !== 'OpusTags') throw new Error('no OpusTags');
    } else {
      const inPage = page.packets.reduce((sum, packet) => sum + packetSamples(packet), 0);
      if (page.granule === NO_GRANULE) throw new Error(`page ${index} has no granule position`);
      if (index > 2 && page.granule !== (before?.granule ?? 0n) + BigInt(inPage))
        throw new Error(`page ${index} ends at ${page.granule}, the one before at ${before?.granule}`);
      samples += inPage;
    }
    before = page;
    at = page.end;
    if (index < 2) soundAt = at;
    index++;
  }
  return {
    sound: body.subarray(soundAt, at),
    whole: body.subarray(0, at),
    samples: Math.max(0, samples - preSkip),
    restBytes: body.length - at,
  };
}
