import { type Block, monotonicMs, type PcmFormat, SampleLoop } from '../pcm.ts';
import type { Source, SourceFacts, SourceSink } from './source.ts';

/** Length of a block, in ms. */
const BLOCK_MS = 10;
/** What a source that was held up delivers late; what is older is left out and counted as lost, as a card would. */
const MAX_LATE_MS = 200;

/** Samples in memory, played round and round in real time by the monotonic clock: the demo signal, or a file. */
export class LoopSource implements Source {
  readonly kind: 'demo' | 'file';
  readonly name: string;
  readonly #loop: SampleLoop;
  readonly #rateHz: number;
  readonly #block: Block;
  #timer: NodeJS.Timeout | undefined;
  #lostFrames = 0;

  constructor(kind: 'demo' | 'file', name: string, samples: Float32Array, format: PcmFormat) {
    this.kind = kind;
    this.name = name;
    this.#loop = new SampleLoop(samples);
    this.#rateHz = format.rateHz;
    const frames = Math.round((format.rateHz * BLOCK_MS) / 1000);
    this.#block = { samples: new Float32Array(frames * format.channels), frames, timeMs: 0, lostFrames: 0 };
  }

  start(sink: SourceSink): void {
    let endMs = monotonicMs();
    const blockMs = (this.#block.frames / this.#rateHz) * 1000;
    this.#timer = setInterval(() => {
      const lateMs = monotonicMs() - endMs;
      const lostBlocks = lateMs > MAX_LATE_MS ? Math.floor(lateMs / blockMs) - 1 : 0;
      this.#block.lostFrames = lostBlocks * this.#block.frames;
      this.#lostFrames += this.#block.lostFrames;
      for (endMs += lostBlocks * blockMs; this.#timer && monotonicMs() - endMs >= blockMs; endMs += blockMs) {
        this.#loop.read(this.#block.samples);
        this.#block.timeMs = endMs;
        sink.block(this.#block);
        this.#block.lostFrames = 0;
      }
    }, BLOCK_MS);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  facts(): SourceFacts {
    return { lostFrames: { card: 0, ring: this.#lostFrames } };
  }
}
