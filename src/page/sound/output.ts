/** Where decoded sound goes: the loudspeaker, by one way or another. */
export interface Output {
  /**
   * Takes the next piece: one signal a channel, at the rate that it was made for.
   *
   * @param atMs when its end was captured, ms of the box's clock
   */
  add(channels: Float32Array<ArrayBuffer>[], atMs: number): void;
  close(): void;
}

/** What an output says about a piece when it has found its place. */
export interface Placed {
  readonly atMs: number;
  /** When its end is played, seconds of the audio context. */
  readonly endS: number;
  /** How often nothing was left to play since the beginning. */
  readonly dropouts: number;
}

/** What an output plays. */
export interface OutputFormat {
  readonly channels: number;
  readonly rateHz: number;
}
