import type { Received } from './received.ts';

/** Bits of the header of a frame (RFC 9639, 9.1). */
interface FrameHeader {
  samples: number;
  number: number;
  bytes: number;
}

/** More than any header of a frame has, bytes. */
const MAX_HEADER_BYTES = 16;

function crcTable(bits: 8 | 16, polynomial: number): Uint16Array {
  const top = 1 << (bits - 1);
  return Uint16Array.from({ length: 256 }, (_, index) => {
    let crc = index << (bits - 8);
    for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc & top ? polynomial : 0);
    return crc & (2 * top - 1);
  });
}
const CRC_8 = crcTable(8, 0x07);
const CRC_16 = crcTable(16, 0x8005);

/** The header of a frame; undefined when there is none. */
function readHeader(bytes: Buffer, at: number): FrameHeader | undefined {
  if (bytes.readUInt16BE(at) !== 0xfff8 || at + MAX_HEADER_BYTES > bytes.length) return undefined;
  const [sizeAndRate = 0, lead = 0] = [bytes[at + 2], bytes[at + 4]];
  const [size, rate] = [sizeAndRate >> 4, sizeAndRate & 15];
  const more = lead < 0x80 ? 0 : Math.clz32(~(lead << 24)) - 1;
  let number = more === 0 ? lead : lead & (0x3f >> more);
  let end = at + 5;
  for (let left = more; left > 0; left--) number = number * 64 + ((bytes[end++] ?? 0) & 0x3f);
  let samples = size === 1 ? 192 : size < 6 ? 144 << size : 256 << (size - 8);
  if (size === 6) samples = bytes.readUInt8(end) + 1;
  if (size === 7) samples = bytes.readUInt16BE(end) + 1;
  end += (size === 6 ? 1 : size === 7 ? 2 : 0) + (rate === 12 ? 1 : rate > 12 ? 2 : 0);
  let crc = 0;
  for (const byte of bytes.subarray(at, end)) crc = CRC_8[crc ^ byte] ?? 0;
  return size !== 0 && crc === bytes[end] ? { samples, number, bytes: end + 1 - at } : undefined;
}

/** Where the frame at `at` ends: where its checksum comes out right, and the next frame or nothing follows. */
function frameEnd(bytes: Buffer, at: number, { number, bytes: headerBytes }: FrameHeader): number | undefined {
  let crc = 0;
  for (let end = at; end < bytes.length; ) {
    crc = ((crc << 8) & 0xffff) ^ (CRC_16[(crc >> 8) ^ (bytes[end++] ?? 0)] ?? 0);
    if (crc !== 0 || end < at + headerBytes + 2) continue;
    const rest = bytes.subarray(end, end + 2);
    if (bytes.length - end < MAX_HEADER_BYTES && Buffer.from([0xff, 0xf8]).subarray(0, rest.length).equals(rest))
      return end;
    if (rest.length === 2 && readHeader(bytes, end)?.number === number + 1) return end;
  }
  return undefined;
}

/** A native FLAC stream (RFC 9639): its metadata, then frames that count without a hole. */
export function readFlac(body: Buffer): Received {
  if (body.length < 42 || body.toString('latin1', 0, 4) !== 'fLaC') throw new Error('no fLaC at the start');
  let at = 4;
  for (let last = false; !last; ) {
    last = ((body[at] ?? 0) & 0x80) !== 0;
    at += 4 + body.readUIntBE(at + 1, 3);
  }
  const soundAt = at;
  let samples = 0;
  let expected: number | undefined;
  while (at + MAX_HEADER_BYTES <= body.length) {
    const header = readHeader(body, at);
    if (!header) throw new Error(`no frame at byte ${at}`);
    if (expected !== undefined && header.number !== expected)
      throw new Error(`frame ${header.number}, not ${expected}`);
    const end = frameEnd(body, at, header);
    if (end === undefined) break;
    samples += header.samples;
    expected = header.number + 1;
    at = end;
  }
  return { sound: body.subarray(soundAt, at), whole: body.subarray(0, at), samples, restBytes: body.length - at };
}
