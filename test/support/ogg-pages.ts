/** One Ogg page as it lies in a stream (RFC 3533, section 6). */
export interface FoundPage {
  /** Where it begins and ends, bytes. */
  readonly start: number;
  readonly end: number;
  /** First page of a logical stream, last page of one. */
  readonly first: boolean;
  readonly last: boolean;
  readonly granulePosition: bigint;
  readonly serial: number;
  readonly sequence: number;
  /** The packets that it holds; the last one may go on in the next page. */
  readonly packets: readonly Buffer[];
}

/** CRC-32 of RFC 3533: polynomial 0x04c11db7, neither reflected nor inverted. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc >>> 0;
});

/** The whole pages of a stream that begins with one. Throws when something else lies between them, or a checksum is wrong. */
export function findOggPages(bytes: Buffer): FoundPage[] {
  const pages: FoundPage[] = [];
  for (let start = 0; start + 27 <= bytes.length; ) {
    if (bytes.toString('latin1', start, start + 5) !== 'OggS\0') throw new Error(`no Ogg page at byte ${start}`);
    const segments = bytes[start + 26] ?? 0;
    const table = bytes.subarray(start + 27, start + 27 + segments);
    const end = start + 27 + segments + table.reduce((sum, size) => sum + size, 0);
    if (table.length < segments || end > bytes.length) break;
    checkCrc(bytes.subarray(start, end), start);
    const flags = bytes[start + 5] ?? 0;
    pages.push({
      start,
      end,
      first: (flags & 2) !== 0,
      last: (flags & 4) !== 0,
      granulePosition: bytes.readBigInt64LE(start + 6),
      serial: bytes.readUInt32LE(start + 14),
      sequence: bytes.readUInt32LE(start + 18),
      packets: packetsOf(bytes.subarray(start + 27 + segments, end), table),
    });
    start = end;
  }
  return pages;
}

function packetsOf(body: Buffer, table: Uint8Array): Buffer[] {
  const packets: Buffer[] = [];
  let from = 0;
  let to = 0;
  table.forEach((size, index) => {
    to += size;
    if (size === 255 && index < table.length - 1) return;
    packets.push(body.subarray(from, to));
    from = to;
  });
  return packets;
}

function checkCrc(page: Buffer, at: number): void {
  let crc = 0;
  for (let index = 0; index < page.length; index++) {
    const byte = index >= 22 && index < 26 ? 0 : (page[index] ?? 0);
    crc = ((crc << 8) ^ (CRC_TABLE[((crc >>> 24) ^ byte) & 255] ?? 0)) >>> 0;
  }
  if (crc !== page.readUInt32LE(22)) throw new Error(`wrong checksum in the Ogg page at byte ${at}`);
}
