/*
 * The messages of `/live` (WebSocket, RFC 6455), which the box and the page share: it must need neither Node nor a browser.
 *
 * From the box, as text (JSON): a `Greeting` first, then `{"state": PageState}` whenever it changes and once a second.
 * From the box, binary, little endian: pieces of sound with their levels.
 *
 *   offset  0  u8   version, 1
 *           1  u8   channels
 *           2  u8   bit 0: clipped
 *           3  u8   0
 *           4  f64  when the end of this piece was captured, ms of the box's monotonic clock
 *          12  i16  for each channel its peak, then its RMS, in hundredths of a dB below full scale (-15000 at the least)
 *   12 + 4 × channels  the sound: an Opus packet, interleaved 16-bit PCM, or nothing
 *
 * From the page, as text (JSON): a `PageReport` every few seconds.
 */

import type { PageState } from './page-state.ts';

/** What a page may ask for: `/live?sound=...`. Without sound there are the levels alone. */
export type LiveSound = 'opus' | 'pcm' | 'none';

/** The first message of the box. */
export interface Greeting {
  readonly sound: LiveSound;
  /** Of what the sound decodes to. */
  readonly rateHz: number;
  readonly channels: number;
  /** The decoded sound is so much older than its piece says: what the codec holds back, ms. */
  readonly codecMs: number;
  /** The box's monotonic clock, ms. */
  readonly nowMs: number;
  readonly state: PageState;
}

/** What a page says of itself now and then. */
export interface PageReport {
  /** How far behind the mixer its listener hears, ms, as far as its browser knows. */
  readonly behindMs: number;
  /** Interruptions since it began. */
  readonly dropouts: number;
}

/** Level of one channel, dBFS. */
export interface PieceLevel {
  readonly peakDbfs: number;
  readonly rmsDbfs: number;
}

/** A binary message. */
export interface Piece {
  /** When its end was captured, ms of the box's monotonic clock. */
  readonly atMs: number;
  readonly clipped: boolean;
  readonly levels: readonly PieceLevel[];
  readonly sound: Uint8Array;
}

const VERSION = 1;
const LEVELS_AT = 12;
const CLIPPED = 1;

/** Length of a message with so much sound, bytes. */
const lengthOf = (channels: number, soundBytes: number) => LEVELS_AT + 4 * channels + soundBytes;

/** Writes a piece as a binary message. */
export function writePiece({ atMs, clipped, levels, sound }: Piece): Uint8Array {
  const message = new Uint8Array(lengthOf(levels.length, sound.length));
  const view = new DataView(message.buffer);
  view.setUint8(0, VERSION);
  view.setUint8(1, levels.length);
  view.setUint8(2, clipped ? CLIPPED : 0);
  view.setFloat64(4, atMs, true);
  let at = LEVELS_AT;
  for (const { peakDbfs, rmsDbfs } of levels) {
    view.setInt16(at, Math.round(peakDbfs * 100), true);
    view.setInt16(at + 2, Math.round(rmsDbfs * 100), true);
    at += 4;
  }
  message.set(sound, lengthOf(levels.length, 0));
  return message;
}

/** Reads a binary message. Its sound shares the message's memory. Returns undefined for one of another version, or too short. */
export function readPiece(message: ArrayBuffer): Piece | undefined {
  const view = new DataView(message);
  if (message.byteLength < LEVELS_AT || view.getUint8(0) !== VERSION) return undefined;
  const channels = view.getUint8(1);
  const soundAt = lengthOf(channels, 0);
  if (message.byteLength < soundAt) return undefined;
  const levels = Array.from({ length: channels }, (_, channel) => ({
    peakDbfs: view.getInt16(LEVELS_AT + 4 * channel, true) / 100,
    rmsDbfs: view.getInt16(LEVELS_AT + 4 * channel + 2, true) / 100,
  }));
  return {
    atMs: view.getFloat64(4, true),
    clipped: (view.getUint8(2) & CLIPPED) !== 0,
    levels,
    sound: new Uint8Array(message, soundAt),
  };
}
