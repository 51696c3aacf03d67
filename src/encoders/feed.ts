import type { ChunkOutput, Encoder, Format } from './encoder.ts';

/**
 * Runs the encoder of one format while somebody listens, and `lingerMs` longer: a player that reconnects or probes with
 * several requests then finds it running.
 */
export class Feed {
  readonly format: Format;
  readonly #output: ChunkOutput;
  readonly #lingerMs: number;
  #encoder: Encoder | undefined;
  #listeners = 0;
  #timer: NodeJS.Timeout | undefined;
  #cpuMs = 0;

  constructor(format: Format, output: ChunkOutput, lingerMs: number) {
    this.format = format;
    this.#output = output;
    this.#lingerMs = lingerMs;
  }

  get running(): boolean {
    return this.#encoder !== undefined;
  }

  /** Time spent encoding since the start, in ms. */
  get cpuMs(): number {
    return this.#cpuMs;
  }

  /** A listener comes. Returns what it must get before its first chunk. */
  acquire(): Buffer {
    clearTimeout(this.#timer);
    this.#listeners++;
    this.#encoder ??= this.format.createEncoder();
    return this.#encoder.header;
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
    const chunk = this.#encoder.encode(samples);
    this.#cpuMs += performance.now() - startMs;
    if (chunk) this.#output.broadcast(chunk);
  }

  /** Stops the encoder. */
  close(): void {
    clearTimeout(this.#timer);
    this.#encoder?.close();
    this.#encoder = undefined;
  }
}
