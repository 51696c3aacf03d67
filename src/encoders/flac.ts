import { native } from '../native.ts';
import type { PcmFormat } from '../pcm.ts';
import type { Encoder, Format, StreamTags } from './encoder.ts';
import { OggChain, type OggMapping } from './ogg-chain.ts';
import { PacketEncoder } from './packets.ts';
import { vorbisComment } from './vorbis-comment.ts';

/** Sample sizes of the FLAC stream, in bits. */
export type FlacBits = 16 | 24;

/** Length of a FLAC frame, ms: that of a block of the programme, so that each goes out as soon as it comes in. */
const BLOCK_MS = 10;
const LEVEL = 5;
/** They have 31 bits (RFC 9639, 9.1.5). */
const FRAME_NUMBERS = 2 ** 31 - 1;
/** What a frame has besides samples when these cannot be made smaller, in bytes. */
const FRAME_BYTES = 20;

/** Types of metadata blocks (RFC 9639, 8.1). */
const STREAMINFO = 0;
const VORBIS_COMMENT = 4;

const blockFramesOf = ({ rateHz }: PcmFormat) => Math.round((rateHz * BLOCK_MS) / 1000);

/** A metadata block with its header (RFC 9639, 8.1). */
function metadataBlock(type: number, data: Buffer, last: boolean): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt8((last ? 0x80 : 0) | type);
  head.writeUIntBE(data.length, 1, 3);
  return Buffer.concat([head, data]);
}

/** What a decoder must know of the stream (RFC 9639, 8.2). The sizes of its frames, its length and its checksum stay unknown, which is 0. */
function streamInfo({ rateHz, channels }: PcmFormat, bits: FlacBits, blockFrames: number): Buffer {
  const info = Buffer.alloc(34);
  info.writeUInt16BE(blockFrames, 0);
  info.writeUInt16BE(blockFrames, 2);
  info.writeUInt32BE(rateHz * 2 ** 12 + ((channels - 1) << 9) + ((bits - 1) << 4), 10);
  return info;
}

/** The two metadata blocks that the stream has; the signature `fLaC` stands before the first. */
export function flacHeaders(pcm: PcmFormat, bits: FlacBits, tags: StreamTags): [info: Buffer, comment: Buffer] {
  const info = metadataBlock(STREAMINFO, streamInfo(pcm, bits, blockFramesOf(pcm)), false);
  return [
    Buffer.concat([Buffer.from('fLaC', 'latin1'), info]),
    metadataBlock(VORBIS_COMMENT, vorbisComment(tags), true),
  ];
}

class FlacEncoder implements Encoder {
  readonly #pcm: PcmFormat;
  readonly #bits: FlacBits;
  readonly #packets: PacketEncoder;

  constructor(pcm: PcmFormat, bits: FlacBits) {
    this.#pcm = pcm;
    this.#bits = bits;
    this.#packets = openFlac(pcm, bits);
  }

  header(tags: StreamTags): Buffer {
    return Buffer.concat(flacHeaders(this.#pcm, this.#bits, tags));
  }

  encode(samples: Float32Array): readonly Buffer[] {
    return this.#packets.encode(samples).map((frame) => Buffer.from(frame));
  }

  close(): void {
    this.#packets.close();
  }
}

const openFlac = (pcm: PcmFormat, bits: FlacBits) =>
  new PacketEncoder(
    native.flacOpen({ ...pcm, bits, blockFrames: blockFramesOf(pcm), level: LEVEL, frameNumbers: FRAME_NUMBERS }),
    pcm,
  );

/** How FLAC lies in Ogg (RFC 9639, 10.1). */
function oggMapping(pcm: PcmFormat, bits: FlacBits): OggMapping {
  // The version of the mapping, then how many packets with metadata follow.
  const signature = Buffer.from('\x7fFLAC\x01\x00\x00\x01', 'latin1');
  return {
    packetFrames: blockFramesOf(pcm),
    lookaheadFrames: 0,
    prerollPackets: 0,
    headers: (tags) => {
      const [info, comment] = flacHeaders(pcm, bits, tags);
      return [Buffer.concat([signature, info]), comment];
    },
    packetOf: (chunk) => chunk,
  };
}

/** FLAC, bit-exact, in frames as short as the programme's blocks: a listener can join at each. Throws an `Error` when libFLAC refuses. */
export function flacFormat(pcm: PcmFormat, bits: FlacBits): Format {
  openFlac(pcm, bits).close();
  const mapping = oggMapping(pcm, bits);
  const rawBytesPerSecond = (pcm.rateHz * pcm.channels * bits) / 8;
  return {
    id: 'flac',
    mimeType: 'audio/flac',
    description: `FLAC, ${bits} bit`,
    bytesPerSecond: rawBytesPerSecond + (FRAME_BYTES * 1000) / BLOCK_MS,
    rangeProbe: 'answer',
    // Since 2023 they refuse FLAC of unknown length (github.com/philippe44/AirConnect/issues/458).
    lengthWantedBy: /\bSonos\//,
    icecast: { mimeType: 'audio/ogg', titles: 'in stream', start: () => new OggChain(mapping) },
    createEncoder: () => new FlacEncoder(pcm, bits),
  };
}
