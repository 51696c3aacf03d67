/** A stream of stamped test frames at a constant rate. */
export interface StampedStream {
  id: 'mp3' | 'wav';
  name: string;
  frameBytes: number;
  /** From one frame to the next, in ns. */
  periodNs: number;
  /** Nominal, as the real format has it. */
  bytesPerSecond: number;
}

/** Sizes and times of the real streams: MP3 at 44.1 kHz, and PCM of 48 kHz, 16 bits and two channels, 10 ms at a time. */
export const STREAMS: Record<StampedStream['id'], StampedStream> = {
  mp3: { id: 'mp3', name: 'MP3, 128 kbit/s', frameBytes: 417, periodNs: 26_122_449, bytesPerSecond: 16_000 },
  wav: { id: 'wav', name: 'WAV, 1536 kbit/s', frameBytes: 1920, periodNs: 10_000_000, bytesPerSecond: 192_000 },
};

/** Throws when a stream is unknown. */
export function streamNamed(id: string | undefined): StampedStream {
  if (id !== 'mp3' && id !== 'wav') throw new Error(`there is no stream "${id}"`);
  return STREAMS[id];
}

/** Where the stamp lies in a frame, in bytes; see `common.h` for what it is. */
const STAMP_AT = 64;
const FILL = 0x55;

/** Makes the frames of one stream, each with the time of its making and its number. */
export class StampedFrames {
  readonly #blank: Buffer;
  #sequence = 0;

  constructor({ frameBytes }: StampedStream) {
    this.#blank = Buffer.alloc(frameBytes, FILL);
    this.#blank.write('BFTS', STAMP_AT, 'latin1');
  }

  /** As cheap as can be: it is no part of what is measured. */
  next(): Buffer {
    const frame = Buffer.from(this.#blank);
    frame.writeBigUInt64LE(process.hrtime.bigint(), STAMP_AT + 4);
    frame.writeUInt32LE(this.#sequence, STAMP_AT + 12);
    this.#sequence = (this.#sequence + 1) >>> 0;
    return frame;
  }
}

/** Most ticks in a row before others get their turn: who cannot keep up must still be able to answer. */
const MOST_TICKS_AT_ONCE = 8;

/**
 * Calls `tick` once for each period that has passed, for ever. Node's timers are exact to a millisecond, so a tick may come
 * that much late, but none is left out and the rate does not drift.
 */
export function pace(periodNs: number, tick: () => void): void {
  const periodMs = periodNs / 1e6;
  const startMs = performance.now();
  let ticks = 0;
  const dueInMs = () => startMs + (ticks + 1) * periodMs - performance.now();
  const run = () => {
    for (const most = ticks + MOST_TICKS_AT_ONCE; ticks < most && dueInMs() <= 0; ticks++) tick();
    setTimeout(run, Math.ceil(dueInMs()));
  };
  run();
}
