import { type PcmFormat, pieces } from '../pcm.ts';
import type { ChunkOutput, Encoder, Format, StreamTags } from './encoder.ts';

/** An encoder that has to catch up takes so much at a time, so that nothing else waits for it, ms. */
const PIECE_MS = 50;

const NO_SOUND = new Float32Array(0);

/** Sound that waits for the encoder. */
interface Waiting {
  readonly samples: Float32Array;
  /** When its end was there, ms of performance.now(). */
  readonly atMs: number;
}

/**
 * Runs the encoder of one format while somebody listens, and `lingerMs` longer: a player that reconnects or probes with
 * several requests then finds it running.
 */
export class Feed {
  readonly format: Format;
  readonly #outputs = new Set<ChunkOutput>();
  readonly #lingerMs: number;
  #encoder: Encoder | undefined;
  #listeners = 0;
  #timer: NodeJS.Timeout | undefined;
  #cpuMs = 0;
  #runs = 0;
  #chunks = 0;
  readonly #onStart: () => void;
  readonly #onPresent: () => void;
  readonly #samplesPerMs: number;
  /** What an encoder that was just started still has to catch up with, oldest first. */
  #waiting: Waiting[] = [];
  #catchingUp: NodeJS.Immediate | undefined;

  /**
   * @param onStart told when an encoder begins: what it makes has nothing to do with what came before
   * @param onPresent told when an encoder that had to catch up has done so
   */
  constructor(
    format: Format,
    pcm: PcmFormat,
    lingerMs: number,
    onStart: () => void = () => {},
    onPresent: () => void = () => {},
  ) {
    this.format = format;
    this.#samplesPerMs = (pcm.rateHz / 1000) * pcm.channels;
    this.#lingerMs = lingerMs;
    this.#onStart = onStart;
    this.#onPresent = onPresent;
  }

  get running(): boolean {
    return this.#encoder !== undefined;
  }

  /** When the sound was there that the encoder takes next, ms of performance.now(); endless when it is what comes next. */
  get nextAtMs(): number {
    return this.#waiting[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  /** Time spent encoding since the start, in ms. */
  get cpuMs(): number {
    return this.#cpuMs;
  }

  /** How often the encoder has been started. */
  get runs(): number {
    return this.#runs;
  }

  /** Chunks that were finished since the start of the box. */
  get chunks(): number {
    return this.#chunks;
  }

  /** Hands every chunk on to `output`, from the next one on. */
  addOutput(output: ChunkOutput): void {
    this.#outputs.add(output);
  }

  removeOutput(output: ChunkOutput): void {
    this.#outputs.delete(output);
  }

  /**
   * A listener comes.
   *
   * @param recent the sound to begin with, should the encoder have to be started, up to the present
   */
  acquire(recent: Float32Array = NO_SOUND): void {
    clearTimeout(this.#timer);
    this.#listeners++;
    if (this.#encoder) return;
    this.#encoder = this.format.createEncoder();
    this.#runs++;
    this.#onStart();
    const nowMs = performance.now();
    let leftMs = recent.length / this.#samplesPerMs;
    for (const samples of pieces(recent, Math.round(PIECE_MS * this.#samplesPerMs))) {
      leftMs -= samples.length / this.#samplesPerMs;
      this.#waiting.push({ samples, atMs: nowMs - leftMs });
    }
    this.#catchUpLater();
  }

  /** What a listener that was acquired must get before its first chunk. */
  header(tags: StreamTags): Buffer {
    if (!this.#encoder) throw new Error(`nobody listens to ${this.format.id}`);
    return this.#encoder.header(tags);
  }

  /** A listener that was acquired has gone. */
  release(): void {
    if (this.#listeners === 0) throw new Error(`more listeners left ${this.format.id} than came`);
    if (--this.#listeners === 0) {
      this.#timer = setTimeout(() => this.close(), this.#lingerMs).unref();
    }
  }

  /** Takes the programme. */
  write(samples: Float32Array): void {
    if (!this.#encoder) return;
    const atMs = performance.now();
    if (this.#waiting.length > 0) this.#waiting.push({ samples: samples.slice(), atMs });
    else this.#encode(this.#encoder, { samples, atMs });
  }

  /** Stops the encoder. */
  close(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#catchingUp);
    this.#waiting = [];
    this.#encoder?.close();
    this.#encoder = undefined;
  }

  #encode(encoder: Encoder, { samples, atMs }: Waiting): void {
    const beganMs = performance.now();
    const chunks = encoder.encode(samples);
    this.#cpuMs += performance.now() - beganMs;
    this.#chunks += chunks.length;
    for (const chunk of chunks) for (const output of this.#outputs) output.broadcast(chunk, atMs);
  }

  /** One piece in every turn of the event loop. */
  #catchUpLater(): void {
    if (this.#waiting.length === 0) return;
    this.#catchingUp = setImmediate(() => {
      const next = this.#waiting.shift();
      if (next && this.#encoder) this.#encode(this.#encoder, next);
      if (this.#waiting.length === 0) this.#onPresent();
      else this.#catchUpLater();
    });
  }
}
