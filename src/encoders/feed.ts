import type { ChunkOutput, Encoder, Format, StreamTags } from './encoder.ts';

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
  readonly #onStart: () => void;

  /** @param onStart told when an encoder begins: what it makes has nothing to do with what came before */
  constructor(format: Format, lingerMs: number, onStart: () => void = () => {}) {
    this.format = format;
    this.#lingerMs = lingerMs;
    this.#onStart = onStart;
  }

  get running(): boolean {
    return this.#encoder !== undefined;
  }

  /** Time spent encoding since the start, in ms. */
  get cpuMs(): number {
    return this.#cpuMs;
  }

  /** Hands every chunk on to `output`, from the next one on. */
  addOutput(output: ChunkOutput): void {
    this.#outputs.add(output);
  }

  removeOutput(output: ChunkOutput): void {
    this.#outputs.delete(output);
  }

  /** A listener comes. */
  acquire(): void {
    clearTimeout(this.#timer);
    this.#listeners++;
    if (this.#encoder) return;
    this.#encoder = this.format.createEncoder();
    this.#onStart();
  }

  /** What a listener that was acquired must get before `next`; see `Encoder.header`. */
  header(tags: StreamTags, next?: Buffer): Buffer {
    if (!this.#encoder) throw new Error(`nobody listens to ${this.format.id}`);
    return this.#encoder.header(tags, next);
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
    const startMs = performance.now();
    const chunks = this.#encoder.encode(samples);
    this.#cpuMs += performance.now() - startMs;
    for (const chunk of chunks) for (const output of this.#outputs) output.broadcast(chunk);
  }

  /** Stops the encoder. */
  close(): void {
    clearTimeout(this.#timer);
    this.#encoder?.close();
    this.#encoder = undefined;
  }
}
