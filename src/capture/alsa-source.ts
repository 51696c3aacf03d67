import { type CaptureHandle, type CaptureOptions, native } from '../native.ts';
import type { Block } from '../pcm.ts';
import type { Source, SourceFacts, SourceSink } from './source.ts';

/** A capture device of alsa-lib. All its calls happen on the addon's own thread; here its blocks are picked up. */
export class AlsaSource implements Source {
  readonly kind = 'alsa';
  readonly name: string;
  readonly #options: CaptureOptions;
  readonly #facts = new Float64Array(3);
  readonly #block: Block = { samples: new Float32Array(0), frames: 0, timeMs: 0, lostFrames: 0 };
  #samples = new Float32Array(0);
  #capture: CaptureHandle | undefined;
  #last: SourceFacts = {};

  constructor(options: CaptureOptions) {
    this.name = options.device;
    this.#options = options;
  }

  start(sink: SourceSink): void {
    this.#capture = native.captureOpen(this.#options, () => this.#wake(sink));
  }

  close(): void {
    if (!this.#capture) return;
    this.facts();
    native.captureClose(this.#capture);
    this.#capture = undefined;
  }

  facts(): SourceFacts {
    if (this.#capture) {
      const { granted, realtime, xruns, suspends, lostFrames } = native.captureStatus(this.#capture);
      this.#last = { asked: this.#options, ...(granted ? { granted } : {}), realtime, xruns, suspends, lostFrames };
    }
    return this.#last;
  }

  #wake(sink: SourceSink): void {
    if (this.#samples.length === 0) this.#grow();
    const { channels } = this.#options;
    let frames = 0;
    while (this.#capture) {
      frames = native.captureRead(this.#capture, this.#samples, this.#facts);
      if (frames <= 0) break;
      const [, timeMs = 0, lostFrames = 0] = this.#facts;
      this.#block.samples = this.#samples.subarray(0, frames * channels.length);
      this.#block.frames = frames;
      this.#block.timeMs = timeMs;
      this.#block.lostFrames = lostFrames;
      sink.block(this.#block);
    }
    if (!this.#capture || frames === 0) return;
    const { end } = native.captureStatus(this.#capture);
    this.close();
    sink.ended({ cause: end?.cause ?? 'failed', message: end?.message ?? 'ended without a word' });
  }

  /** The buffer is made when the device has said how long its blocks are. */
  #grow(): void {
    if (!this.#capture) return;
    const { granted } = native.captureStatus(this.#capture);
    if (granted) this.#samples = new Float32Array(granted.maxBlockFrames * granted.channels);
  }
}
