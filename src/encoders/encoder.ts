/** Turns the programme into the bytes of one format. */
export interface Encoder {
  /** What a listener must get before its first chunk; empty when the format needs nothing. */
  readonly header: Buffer;
  /** Takes interleaved samples; returns the whole frames that are finished, in a buffer of its own, or undefined. */
  encode(samples: Float32Array): Buffer | undefined;
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
  bytesPerSecond: number;
  /** How probes by range are answered, see `http/range.ts`. */
  rangeProbe: 'ignore' | 'answer';
  createEncoder(): Encoder;
}

/** Takes chunks: the connections of one format. */
export interface ChunkOutput {
  broadcast(chunk: Buffer): void;
}
