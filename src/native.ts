import { fileURLToPath } from 'node:url';
import nodeGypBuild from 'node-gyp-build';

/**
 * The addon in `native/`, as it is: plain calls over opaque handles. This is the only file that knows where the
 * binary lies. Wrong argument types throw a `TypeError`; using a closed handle throws an `Error`.
 */
export interface Native {
  /**
   * Starts a capture thread. Every ALSA call, opening included, happens on that thread.
   * `wake` is called on the event loop, never twice for the same news, when blocks wait or the status changed.
   */
  captureOpen(options: CaptureOptions, wake: () => void): CaptureHandle;
  /**
   * Copies the oldest waiting block into `samples` (interleaved, at least `maxBlockFrames × channels` long) and its facts into
   * `facts` (at least 3 long): index of its first frame since the device was opened, CLOCK_MONOTONIC of that frame in ms, and
   * frames lost directly before it. Returns its length in frames; 0 when nothing waits; -1 when nothing
   * will come any more, because the capture has ended. Never blocks.
   */
  captureRead(capture: CaptureHandle, samples: Float32Array, facts: Float64Array): number;
  /** A closed capture gives its last snapshot. */
  captureStatus(capture: CaptureHandle): CaptureStatus;
  /** Asks the thread to end and returns at once. Calling it twice is harmless; `wake` is not called afterwards. */
  captureClose(capture: CaptureHandle): void;
  /** How long the thread of a closed capture has not ended yet, ms: of all captures the one that takes longest. 0 when all have ended. */
  captureClosingMs(): number;
  /** Lists the capture devices of all sound cards, each opened shortly to ask what it can do. */
  listDevices(): Promise<CaptureDevice[]>;
  /** Asks one ALSA PCM what it can do. Rejects with an `Error` that carries the ALSA text. */
  probeDevice(name: string): Promise<Capabilities>;
  /**
   * Reads the controls of a sound card that concern capture; `card` names a control device, `hw:CARD=CODEC`. Rejects with an `Error`
   * that carries the ALSA text. May take as long as the card's driver, or a sound server, likes.
   */
  mixerRead(card: string): Promise<MixerElement[]>;
  /** Changes one of them, and reads them all anew. Rejects also when there is no such element, or it cannot be set so. */
  mixerChange(card: string, change: MixerElementChange): Promise<MixerElement[]>;
  /** Throws an `Error` when LAME refuses the settings. */
  mp3Open(options: Mp3Options): Mp3Handle;
  /** Encodes `frames` interleaved frames; writes what is finished into `out` and returns its length in bytes. */
  mp3Encode(encoder: Mp3Handle, samples: Float32Array, frames: number, out: Uint8Array): number;
  mp3Close(encoder: Mp3Handle): void;
  /** Throws an `Error` when Opus refuses the settings. */
  opusOpen(options: OpusOptions): PacketEncoderHandle;
  /** Throws an `Error` when libFLAC refuses the settings. */
  flacOpen(options: FlacOptions): PacketEncoderHandle;
  packetsFacts(encoder: PacketEncoderHandle): PacketFacts;
  /**
   * Encodes `frames` interleaved frames; writes the packets that are finished into `out`, one behind the other, and where each
   * ends into `ends`. Returns how many there are. Throws an `Error` when they do not fit; the encoder is of no use then.
   */
  packetsEncode(
    encoder: PacketEncoderHandle,
    samples: Float32Array,
    frames: number,
    out: Uint8Array,
    ends: Uint32Array,
  ): number;
  packetsClose(encoder: PacketEncoderHandle): void;
  /**
   * Makes an Ogg page that holds `packet`, of 65,024 bytes at most, and nothing else. Writes it into `out`, which must be 282 bytes
   * longer than `packet`, and returns its length.
   */
  oggPage(facts: OggPageFacts, packet: Uint8Array, out: Uint8Array): number;
  /**
   * Decodes a sound file (whatever libsndfile knows) off the event loop, resampled to `rateHz` and mixed to `channels`
   * (1 or 2). A file at `rateHz` comes out bit-exact up to 24 bits. Rejects when it cannot be read, holds no frame, or
   * is longer than `maxSeconds`.
   */
  readSoundFile(path: string, rateHz: number, channels: number, maxSeconds: number): Promise<Float32Array>;
  /** Makes an empty fan-out. */
  fanOutOpen(options: FanOutOptions): FanOutHandle;
  /**
   * Takes a duplicate of a connected TCP socket's descriptor into a fan-out and returns its id, or a negative errno. The
   * connection ends for its peer only when it is removed here as well. It is not part of `fanOutSendAll` before it joins.
   */
  fanOutAdd(fanOut: FanOutHandle, descriptor: number): number;
  /** Makes a connection part of `fanOutSendAll`. Returns 0 or a negative errno. */
  fanOutJoin(fanOut: FanOutHandle, id: number): number;
  /**
   * Sends the same bytes to every connection that has joined, without waiting. One that did not take all of it has left the
   * joined: `shorts` then holds its id and how many bytes it took, or a negative errno. Returns the number of such pairs;
   * `shorts` must have room for one per connection.
   */
  fanOutSendAll(fanOut: FanOutHandle, data: Uint8Array, shorts: Int32Array): number;
  /** Sends `data` from `from` on to one that has not joined. Returns how many bytes it took, or a negative errno. */
  fanOutSend(fanOut: FanOutHandle, id: number, data: Uint8Array, from: number): number;
  /** Writes what the kernel knows of a connection, in the order of `KernelTruth`, into `truth`. Returns 0 or a negative errno. */
  fanOutTruth(fanOut: FanOutHandle, id: number, truth: Float64Array): number;
  /** Closes the duplicate. Returns 0 or a negative errno. */
  fanOutRemove(fanOut: FanOutHandle, id: number): number;
  /** Closes every duplicate. */
  fanOutClose(fanOut: FanOutHandle): void;
  /**
   * Sends lines of NAME=VALUE (sd_notify(3)) to the service manager at `address`, the value of NOTIFY_SOCKET, without waiting.
   * Returns 0 or a negative errno. Longer than 1023 bytes: a `TypeError`.
   */
  tellServiceManager(address: string, message: string): number;
}

declare const fanOutBrand: unique symbol;
/** Connections that get the same bytes. */
export interface FanOutHandle {
  [fanOutBrand]: never;
}

/** What is set on every connection of a fan-out. */
export interface FanOutOptions {
  /** The kernel takes no more while so many bytes lie there that were not even sent (TCP_NOTSENT_LOWAT). */
  unsentBytes: number;
  /** A peer that acknowledges nothing for so long is dead (TCP_USER_TIMEOUT), ms. */
  deadAfterMs: number;
}

declare const captureBrand: unique symbol;
/** One running capture. */
export interface CaptureHandle {
  [captureBrand]: never;
}

declare const mp3Brand: unique symbol;
/** One LAME encoder. */
export interface Mp3Handle {
  [mp3Brand]: never;
}

declare const packetsBrand: unique symbol;
/** One encoder that makes packets, each of which is sent whole: Opus packets or FLAC frames. */
export interface PacketEncoderHandle {
  [packetsBrand]: never;
}

/** What is asked of a capture device. */
export interface CaptureOptions {
  /** ALSA PCM name. */
  device: string;
  rateHz: number;
  /**
   * Which channels of the card become the programme's, counted from 1: `[1]`, `[1, 2]`, `[3, 4]`. A pair that
   * starts within a card too narrow for its second channel gets the first one twice.
   */
  channels: number[];
  periodMs: number;
  bufferMs: number;
  /**
   * No period for this long ends the capture with cause `stalled`. The first period after a start may take 3 s: a sound
   * server's sink that nobody played into sleeps that long.
   */
  stallMs: number;
  /** How much the ring holds for an event loop that does not read; what comes after is lost and counted. */
  ringMs: number;
  /** Let alsa-lib convert the rate when the device does not offer it, instead of taking the nearest. */
  convertRate: boolean;
}

/** A sample format as ALSA names it, as far as the capture can read it. */
export type SampleFormat = 'S16_LE' | 'S24_3LE' | 'S24_LE' | 'S32_LE' | 'FLOAT_LE';

/** What a device granted. */
export interface Granted {
  access: 'mmap' | 'readi';
  format: SampleFormat;
  rateHz: number;
  /** Channels of the card, of which the programme takes some. */
  cardChannels: number;
  /** Channels of a block. */
  channels: number;
  periodFrames: number;
  bufferFrames: number;
  /** The longest block that `captureRead` will return. */
  maxBlockFrames: number;
  /** True when alsa-lib converts the rate. */
  converted: boolean;
}

/** Why a capture ended. */
export type EndCause = 'absent' | 'busy' | 'unplugged' | 'stalled' | 'refused' | 'failed' | 'closed';

/** A snapshot of one capture. */
export interface CaptureStatus {
  state: 'opening' | 'running' | 'ended';
  /** Set once the device is open. */
  granted?: Granted;
  /** Set when `state` is `ended`: why, the (positive) errno or 0, and words with the path of the error. */
  end?: { cause: EndCause; errno: number; message: string };
  /** Whether the thread runs SCHED_FIFO, and why not. */
  realtime: { granted: boolean; message: string };
  xruns: number;
  suspends: number;
  /** Frames lost since the device was opened: in the card (xrun, suspend) and in the ring (event loop too late). */
  lostFrames: { card: number; ring: number };
}

/** What a PCM can do. */
export interface Capabilities {
  /** Of 44100, 48000 and 96000 Hz, those it offers without conversion. */
  ratesHz: number[];
  formats: SampleFormat[];
  minChannels: number;
  maxChannels: number;
}

/** One capture device of a sound card. */
export interface CaptureDevice {
  /** Stable ALSA name, `hw:CARD=CODEC,DEV=0`. */
  name: string;
  card: number;
  device: number;
  cardId: string;
  cardName: string;
  deviceName: string;
  /** Kernel driver of the card, such as `USB-Audio` or `HDA-Intel`. */
  driver: string;
  /** Absent when the device could not be opened; `problem` then says why (often: it is in use). */
  capabilities?: Capabilities;
  problem?: string;
}

/** One simple mixer element (alsa-lib, mixer.h) that concerns capture. Absent is what it does not have. */
export interface MixerElement {
  name: string;
  /** Tells apart those that share a name. */
  index: number;
  /** In steps, `values` one for each channel; in dB where the card knows: -99999.99 is mute. */
  gain?: { min: number; max: number; values: number[]; minDb?: number; maxDb?: number; valuesDb?: number[] };
  /** Whether any channel captures. */
  on?: boolean;
  options?: string[];
  /** Index in `options`. */
  option?: number;
}

/** What is to be changed of an element; what is undefined stays. */
export interface MixerElementChange {
  name: string;
  index: number;
  /** In steps, for all channels. */
  gain?: number | undefined;
  on?: boolean | undefined;
  option?: number | undefined;
}

/** Settings of one LAME encoder. */
export interface Mp3Options {
  rateHz: number;
  channels: number;
  bitrateKbps: number;
  /** LAME's algorithm quality, 0 (slow) to 9 (fast). */
  quality: number;
  /** Whether a frame may borrow bits of its predecessors. */
  reservoir: boolean;
}

/** Settings of one Opus encoder: for music and speech, variable bitrate, packets of 20 ms. */
export interface OpusOptions {
  /** Of what comes in; another than 48 kHz is resampled. */
  rateHz: number;
  channels: number;
  bitrateKbps: number;
  /** libopus's own, 0 (fast) to 10 (slow). */
  complexity: number;
}

/** Settings of one FLAC encoder. A silent frame comes before the first that it is given. */
export interface FlacOptions {
  rateHz: number;
  channels: number;
  bits: number;
  /** Frames of sound in a FLAC frame. */
  blockFrames: number;
  /** libFLAC's compression level, 0 (fast) to 8 (small). */
  level: number;
  /** After so many FLAC frames their numbers begin again from 0; 2^31 - 1 at most. */
  frameNumbers: number;
}

/** What an encoder tells of its packets. */
export interface PacketFacts {
  /** Of what is encoded, which need not be what comes in. */
  rateHz: number;
  /** Frames of sound in a packet, at `rateHz`. */
  packetFrames: number;
  /** No packet is longer. */
  packetBytesMax: number;
  /** How many frames, at `rateHz`, a decoder puts out before the first one that came in. */
  lookaheadFrames: number;
}

/** What is written on an Ogg page (RFC 3533, 6). */
export interface OggPageFacts {
  serial: number;
  sequence: number;
  /** Granule position: what it counts is up to the codec. */
  granule: number;
  /** Whether the page begins its logical stream. */
  first: boolean;
  /** Whether it ends it. */
  last: boolean;
}

/** The loaded addon. */
export const native: Native = nodeGypBuild(fileURLToPath(new URL('../native', import.meta.url)));
