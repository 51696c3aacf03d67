import type { PcmFormat } from '../pcm.ts';
import { Gauge } from './gauge.ts';

/** Level of one channel in dBFS: 0 is a full-scale sample, so a full-scale sine has an RMS of -3.01. Never below `FLOOR_DBFS`. */
export interface ChannelLevel {
  peakDbfs: number;
  rmsDbfs: number;
}

/** What the level says about the signal. `zeros` is bit-exact silence: a muted or dead input, where an analogue one always hisses. */
export type LevelFact = 'signal' | 'silent' | 'zeros' | 'clipping';

/** What one window of `WINDOW_MS` was found to hold. */
export interface LevelWindow {
  /** Of each channel. */
  readonly levels: readonly ChannelLevel[];
  /** What this window and those before it say. */
  readonly fact: LevelFact;
  /** Whether a peak was clipped in this very window. */
  readonly clipped: boolean;
}

/** When a signal counts as silent. */
export interface SilenceRule {
  silenceDbfs: number;
  silenceAfterMs: number;
}

/** The lowest level that is told apart: below the last of 24 bits. */
export const FLOOR_DBFS = -150;
/** One level is taken over this long. */
export const WINDOW_MS = 100;
/** A clipped peak stays visible for so long. */
const CLIP_HOLD_MS = 2000;

/** Converts a linear amplitude (1 is full scale) to dBFS. */
export function toDbfs(amplitude: number): number {
  return Math.max(FLOOR_DBFS, 20 * Math.log10(amplitude));
}

/** Measures the programme in windows of `WINDOW_MS` and tells signal, silence, zeros and clipping apart. */
export class LevelMeter {
  readonly #channels: number;
  readonly #windowFrames: number;
  #rule: SilenceRule;
  readonly #onWindow: ((window: LevelWindow) => void) | undefined;
  readonly #gauge: Gauge;
  #levels: ChannelLevel[];
  #belowMs = 0;
  #zerosMs = 0;
  #sinceClipMs = Number.POSITIVE_INFINITY;

  /** `onWindow` is told of every window when it is over. */
  constructor({ rateHz, channels }: PcmFormat, rule: SilenceRule, onWindow?: (window: LevelWindow) => void) {
    this.#channels = channels;
    this.#windowFrames = Math.round((rateHz * WINDOW_MS) / 1000);
    this.#rule = rule;
    this.#onWindow = onWindow;
    this.#gauge = new Gauge(channels);
    this.#levels = Array.from({ length: channels }, () => ({ peakDbfs: FLOOR_DBFS, rmsDbfs: FLOOR_DBFS }));
  }

  /** Level of each channel over the last whole window. */
  get levels(): readonly ChannelLevel[] {
    return this.#levels;
  }

  /** Changes when a signal counts as silent. */
  setRule(rule: SilenceRule): void {
    this.#rule = rule;
  }

  /** What the last windows say. */
  get fact(): LevelFact {
    if (this.#sinceClipMs < CLIP_HOLD_MS) return 'clipping';
    if (this.#zerosMs >= this.#rule.silenceAfterMs) return 'zeros';
    if (this.#belowMs >= this.#rule.silenceAfterMs) return 'silent';
    return 'signal';
  }

  /** Takes interleaved samples in. */
  add(samples: Float32Array): void {
    const channels = this.#channels;
    for (let from = 0; from < samples.length; ) {
      const to = Math.min(samples.length, from + (this.#windowFrames - this.#gauge.frames) * channels);
      this.#gauge.add(samples, from, to);
      from = to;
      if (this.#gauge.frames >= this.#windowFrames) this.#closeWindow();
    }
  }

  #closeWindow(): void {
    const { peaks, rms, clipped } = this.#gauge.take();
    this.#levels = peaks.map((peak, channel) => ({ peakDbfs: toDbfs(peak), rmsDbfs: toDbfs(rms[channel] ?? 0) }));
    const loudest = Math.max(...peaks);
    this.#zerosMs = loudest === 0 ? this.#zerosMs + WINDOW_MS : 0;
    this.#belowMs = toDbfs(loudest) < this.#rule.silenceDbfs ? this.#belowMs + WINDOW_MS : 0;
    this.#sinceClipMs = clipped ? 0 : this.#sinceClipMs + WINDOW_MS;
    this.#onWindow?.({ levels: this.#levels, fact: this.fact, clipped });
  }
}
