/** What a stream says of itself, to people. */
export interface StreamTags {
  /** Name of the feed. */
  readonly name: string;
  /** What is on now. */
  readonly title: string;
  readonly genre: string;
  /** Address of the station's own page; empty when it has none. */
  readonly url: string;
}

/** Turns the programme into the bytes of one format. */
export interface Encoder {
  /** What a listener must get before its first chunk; empty when the format needs nothing. */
  header(tags: StreamTags): Buffer;
  /** Takes interleaved samples; returns what is finished: whole frames, each chunk in a buffer of its own. */
  encode(samples: Float32Array): readonly Buffer[];
  /** Frees what it holds. It is not used afterwards. */
  close(): void;
}

/** A format that the box offers. Everything that is peculiar to it is behind this. */
export interface Format {
  /** Short name, which is also the ending of its address: `/stream.mp3`. */
  id: string;
  /** Value of `Content-Type`. */
  mimeType: string;
  /** In words, for people: `MP3, 128 kbit/s`. */
  description: string;
  /** The most that it usually comes to. */
  bytesPerSecond: number;
  /** Bitrate that is set, in kbit/s; undefined for what has none. */
  bitrateKbps?: number;
  /** Sampling rate of what is sent, if it is not the programme's. */
  rateHz?: number;
  /** How probes by range are answered, see `http/range.ts`. */
  rangeProbe: 'ignore' | 'answer';
  /**
   * Sound between two titles for listeners that ask for titles (ICY), in bytes: as long as a number of whole frames, however
   * these are counted. Undefined for a format that carries its titles itself.
   */
  icyMetaBytes?: number;
  /** Name of its profile for network speakers (DLNA.ORG_PN); undefined for what has none. */
  dlnaProfile?: string;
  /** Players, by their `User-Agent`, that play it only when they are told how long it is. */
  lengthWantedBy?: RegExp;
  /** How an Icecast server gets it; undefined for what such a server cannot pass on. */
  icecast?: IcecastFraming;
  /** How the page decodes it by itself; undefined for what it has no decoder for. */
  packets?: PacketFraming;
  createEncoder(): Encoder;
}

/** A format whose chunks hold one packet each, for a decoder that is given packets. */
export interface PacketFraming {
  /** The packet of a chunk; it shares the chunk's memory. */
  packetOf(chunk: Buffer): Buffer;
  /** Length of a packet's sound, ms. */
  packetMs: number;
  /** What comes out of the decoder is so much older than what just went into the encoder, besides its packet's length, ms. */
  delayMs: number;
}

/** How a format is sent to an Icecast server. */
export interface IcecastFraming {
  mimeType: string;
  /** Where a new title goes: into the stream, or into a request of its own (`/admin/metadata`). */
  titles: 'in stream' | 'by request';
  /** Begins a stream. It takes every chunk of the encoder from some point on. */
  start(): IcecastStream;
}

/** One stream to one Icecast server, from its first byte on. */
export interface IcecastStream {
  /** What comes before the first chunk, and again for new titles that go into the stream. May be empty. */
  header(tags: StreamTags): Buffer;
  /** A chunk of the encoder as the server gets it. */
  frame(chunk: Buffer): Buffer;
}

/** Takes chunks: the connections of one format. */
export interface ChunkOutput {
  /** @param atMs when the end of its sound was there, ms of performance.now() */
  broadcast(chunk: Buffer, atMs: number): void;
}
