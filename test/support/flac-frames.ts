/** The FLAC frames of a native stream, by RFC 9639. */
export interface FlacFrames {
  /** Where the first begins, bytes: the end of the metadata. */
  readonly start: number;
  /** Where each whole one ends, bytes. */
  readonly ends: readonly number[];
  /** Number of the first. */
  readonly firstNumber: number;
  /** Samples a channel in each. */
  readonly blockSamples: number;
  readonly rateHz: number;
  readonly channels: number;
  readonly bits: number;
}

/** Finds the frames of a stream with blocks of one size. Throws when there is no such stream, or a frame is missing. */
export function findFlacFrames(bytes: Buffer): FlacFrames {
  if (bytes.toString('latin1', 0, 4) !== 'fLaC') throw new Error('no FLAC stream');
  let start = 4;
  for (let last = false; !last; ) {
    last = ((bytes[start] ?? 0) & 0x80) !== 0;
    start += 4 + bytes.readUIntBE(start + 1, 3);
  }
  // STREAMINFO comes first (section 8.2).
  const info = bytes.subarray(8, 42);
  const packed = info.readUInt32BE(10);
  const blockSamples = info.readUInt16BE(0);
  if (blockSamples !== info.readUInt16BE(2)) throw new Error('blocks of more than one size');
  const firstNumber = numberAt(bytes, start);
  if (firstNumber === undefined) throw new Error(`no FLAC frame at byte ${start}`);
  const ends: number[] = [];
  for (let at = start + 1, next = firstNumber + 1; at + 16 <= bytes.length; at++) {
    const number = numberAt(bytes, at);
    if (number === undefined) continue;
    // What looks like a header by chance is not at the end of a frame whose checksum is right.
    const begin = ends.at(-1) ?? start;
    if (crc16(bytes.subarray(begin, at - 2)) !== bytes.readUInt16BE(at - 2)) continue;
    if (number !== next) throw new Error(`FLAC frame ${number} follows frame ${next - 1}`);
    ends.push(at);
    next += 1;
  }
  const rest = bytes.subarray(ends.at(-1) ?? start);
  if (rest.length > 2 && crc16(rest.subarray(0, -2)) === rest.readUInt16BE(rest.length - 2)) ends.push(bytes.length);
  return {
    start,
    ends,
    firstNumber,
    blockSamples,
    rateHz: packed >>> 12,
    channels: ((packed >>> 9) & 7) + 1,
    bits: ((packed >>> 4) & 31) + 1,
  };
}

/** The number of the frame whose header begins at `at`; undefined when none does (section 9.1). */
function numberAt(bytes: Buffer, at: number): number | undefined {
  if (bytes[at] !== 0xff || bytes[at + 1] !== 0xf8) return undefined;
  const blockCode = (bytes[at + 2] ?? 0) >> 4;
  const rateCode = (bytes[at + 2] ?? 0) & 15;
  const [number, numberBytes] = codedNumber(bytes, at + 4);
  if (number === undefined) return undefined;
  const extraBytes = (blockCode === 6 ? 1 : blockCode === 7 ? 2 : 0) + (rateCode === 12 ? 1 : rateCode > 12 ? 2 : 0);
  const end = at + 4 + numberBytes + extraBytes;
  return end < bytes.length && crc8(bytes.subarray(at, end)) === bytes[end] ? number : undefined;
}

/** A number coded as UTF-8 codes characters, but longer (section 9.1.5). */
function codedNumber(bytes: Buffer, at: number): [number | undefined, bytes: number] {
  const lead = bytes[at] ?? 0xff;
  if (lead < 0x80) return [lead, 1];
  const length = Math.clz32(~(lead << 24));
  if (length < 2 || length > 6) return [undefined, 0];
  let number = lead & (0x7f >> length);
  for (let index = 1; index < length; index++) number = number * 64 + ((bytes[at + index] ?? 0) & 63);
  return [number, length];
}

function crc8(data: Buffer): number {
  let crc = 0;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 0x07) & 0xff : crc << 1;
  }
  return crc;
}

function crc16(data: Buffer): number {
  let crc = 0;
  for (const byte of data) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x8005) & 0xffff : crc << 1;
  }
  return crc;
}
