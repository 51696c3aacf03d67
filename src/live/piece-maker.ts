import type { PcmFormat } from '../pcm.ts';
import { Gauge } from '../programme/gauge.ts';
import { toDbfs } from '../programme/levels.ts';
import { writePiece } from './message.ts';
import { binaryFrame } from './web-socket.ts';

/** A piece of PCM is at least so long, ms. */
const PCM_PIECE_MS = 5;
/** Levels without sound come so often: 25 times a second, ms. */
const LEVELS_MS = 40;

/** Makes the pieces of one kind of live sound, each with the levels since the last one, as frames of a WebSocket. */
export class PieceMaker {
  readonly #framesPerMs: number;
  readonly #gauge: Gauge;
  /** PCM that is too short for a piece. */
  #pending: Buffer[] = [];

  constructor({ rateHz, channels }: PcmFormat) {
    this.#framesPerMs = rateHz / 1000;
    this.#gauge = new Gauge(channels);
  }

  /** Measures the programme. */
  gauge(samples: Float32Array): void {
    this.#gauge.add(samples);
  }

  /** A piece that holds an encoder's packet. */
  packet(packet: Uint8Array, atMs: number): Buffer {
    return this.#piece(packet, atMs);
  }

  /** A piece of 16-bit PCM, when there is enough for one. */
  pcm(samples: Float32Array, atMs: number): Buffer | undefined {
    this.#gauge.add(samples);
    this.#pending.push(toPcm16(samples));
    if (this.#gauge.frames < PCM_PIECE_MS * this.#framesPerMs) return undefined;
    const sound = Buffer.concat(this.#pending);
    this.#pending = [];
    return this.#piece(sound, atMs);
  }

  /** A piece without sound, when it is time for one. */
  levels(samples: Float32Array, atMs: number): Buffer | undefined {
    this.#gauge.add(samples);
    return this.#gauge.frames < LEVELS_MS * this.#framesPerMs ? undefined : this.#piece(new Uint8Array(0), atMs);
  }

  #piece(sound: Uint8Array, atMs: number): Buffer {
    const { peaks, rms, clipped } = this.#gauge.take();
    const levels = peaks.map((peak, channel) => ({ peakDbfs: toDbfs(peak), rmsDbfs: toDbfs(rms[channel] ?? 0) }));
    return binaryFrame(writePiece({ atMs, clipped, levels, sound }));
  }
}

/** Little endian, as browsers' machines are. */
function toPcm16(samples: Float32Array): Buffer {
  const pcm = Buffer.allocUnsafe(2 * samples.length);
  for (let index = 0; index < samples.length; index++) {
    const value = Math.round((samples[index] ?? 0) * 32_768);
    pcm.writeInt16LE(Math.max(-32_768, Math.min(32_767, value)), 2 * index);
  }
  return pcm;
}
