import { native } from '../native.ts';
import type { PcmFormat } from '../pcm.ts';
import type { Encoder, Format, StreamTags } from './encoder.ts';
import { OggStream, oggPacket } from './ogg.ts';
import { OggChain, type OggMapping } from './ogg-chain.ts';
import { PacketEncoder } from './packets.ts';
import { vorbisComment } from './vorbis-comment.ts';

/** Settings of the Opus stream; see `opus` in the configuration. */
export interface OpusSettings {
  readonly bitrateKbps: number;
  /** libopus's own, 0 (fast) to 10 (slow). */
  readonly complexity: number;
}

/**
 * What a decoder that begins in the middle needs to be right. RFC 7845, 4.6 asks for 80 ms at least; after 240 ms steady tones, too,
 * are as exact as those of a decoder that began at the beginning (to 0.001 of full scale, measured).
 */
const PREROLL_PACKETS = 12;
/** What a page has besides its packet: 27 bytes and some for the packet's length. */
const PAGE_BYTES = 29;
/**
 * What music comes to, against the bitrate that is set (measured: 0.8 to 1.3; libopus gives a single packet twice the bitrate at
 * most, and steady tones nearly always get that).
 */
const VBR_USUALLY = 1.3;

/** The packet that begins an Ogg Opus stream (RFC 7845, 5.1), for one channel or two. */
export function opusHead({ rateHz, channels }: PcmFormat, preSkip: number): Buffer {
  const head = Buffer.alloc(19);
  head.write('OpusHead', 0, 'latin1');
  head.writeUInt8(1, 8);
  head.writeUInt8(channels, 9);
  head.writeUInt16LE(preSkip, 10);
  head.writeUInt32LE(rateHz, 12);
  return head;
}

/** The packet that comes second (RFC 7845, 5.2). */
export function opusTags(tags: StreamTags): Buffer {
  return Buffer.concat([Buffer.from('OpusTags', 'latin1'), vorbisComment(tags)]);
}

/** The packets before the sound, and how many there are. */
const headers = (pcm: PcmFormat, preSkip: number, tags: StreamTags) => [opusHead(pcm, preSkip), opusTags(tags)];
const HEADERS = 2;

const openOpus = (pcm: PcmFormat, settings: OpusSettings) =>
  new PacketEncoder(native.opusOpen({ ...pcm, ...settings }), pcm);

class OpusEncoder implements Encoder {
  readonly #pcm: PcmFormat;
  readonly #packets: PacketEncoder;
  readonly #stream = new OggStream(HEADERS);
  #granule = 0;

  constructor(pcm: PcmFormat, settings: OpusSettings) {
    this.#pcm = pcm;
    this.#packets = openOpus(pcm, settings);
  }

  /**
   * The same pages for everybody, numbered from 0. So the number of the first page of sound does not follow theirs when a listener
   * comes in the middle: Icecast sends the same, and no decoder minds. A stream that begins with another number VLC does
   * not play.
   */
  header(tags: StreamTags): Buffer {
    return this.#stream.headerPages(headers(this.#pcm, this.#packets.facts.lookaheadFrames, tags));
  }

  encode(samples: Float32Array): readonly Buffer[] {
    return this.#packets.encode(samples).map((packet) => {
      this.#granule += this.#packets.facts.packetFrames;
      return this.#stream.page(packet, this.#granule);
    });
  }

  close(): void {
    this.#packets.close();
  }
}

/**
 * Ogg Opus: a packet of 20 ms on each page, so that a listener can join at each. Throws an `Error` when libopus refuses the settings.
 */
export function opusFormat(pcm: PcmFormat, settings: OpusSettings): Format {
  const trial = openOpus(pcm, settings);
  const { packetFrames, lookaheadFrames, rateHz } = trial.facts;
  trial.close();
  const mapping: OggMapping = {
    packetFrames,
    lookaheadFrames,
    prerollPackets: PREROLL_PACKETS,
    headers: (tags, skipFrames) => headers(pcm, skipFrames, tags),
    packetOf: oggPacket,
  };
  const { bitrateKbps } = settings;
  return {
    id: 'opus',
    mimeType: 'audio/ogg; codecs=opus',
    description: `Opus, ${bitrateKbps} kbit/s`,
    bytesPerSecond: Math.ceil((bitrateKbps * 1000 * VBR_USUALLY) / 8 + (PAGE_BYTES * rateHz) / packetFrames),
    bitrateKbps,
    rateHz: 48_000,
    rangeProbe: 'answer',
    icecast: { mimeType: 'audio/ogg', titles: 'in stream', start: () => new OggChain(mapping) },
    packets: {
      packetOf: oggPacket,
      packetMs: (1000 * packetFrames) / rateHz,
      delayMs: (1000 * lookaheadFrames) / rateHz,
    },
    createEncoder: () => new OpusEncoder(pcm, settings),
  };
}
