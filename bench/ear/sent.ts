import { GlitchFinder } from './glitches.ts';

/** The header of `/stream.wav`, bytes, and a frame of 16-bit stereo. */
const HEADER_BYTES = 44;
const FRAME_BYTES = 4;

/** Judges the sine in what the box sends, as its uncompressed stream has it: a glitch in that is none of the ear's. */
export class SentSine {
  readonly finder = new GlitchFinder();
  readonly #abort = new AbortController();
  #judging = false;

  /** @param skippedFrames frames of the recording that came before, so that times are nearly those of the ear's glitches */
  constructor(box: string, skippedFrames: number) {
    this.finder.skip(skippedFrames);
    // The end of the box or of this is the end of the stream.
    this.#read(`${box}/stream.wav?burst=0`).catch(() => {});
  }

  /** From now on it counts. */
  begin(): void {
    this.#judging = true;
  }

  stop(): void {
    this.#abort.abort();
  }

  async #read(url: string): Promise<void> {
    const { body } = await fetch(url, { signal: this.#abort.signal });
    let rest = Buffer.alloc(0);
    let headerLeft = HEADER_BYTES;
    for await (const piece of body ?? []) {
      const bytes = Buffer.concat([rest, piece]);
      const from = Math.min(headerLeft, bytes.length);
      headerLeft -= from;
      const frames = Math.floor((bytes.length - from) / FRAME_BYTES);
      const left = Float32Array.from(
        { length: frames },
        (_, frame) => bytes.readInt16LE(from + frame * FRAME_BYTES) / 32_768,
      );
      rest = Buffer.from(bytes.subarray(from + frames * FRAME_BYTES));
      if (this.#judging) this.finder.push(left);
      else this.finder.skip(frames);
    }
  }
}
