import { type Block, monotonicMs, type PcmFormat, type Signal } from '../pcm.ts';
import { Fade } from './fade.ts';
import { silence } from './fallback.ts';
import { type ChannelLevel, type LevelFact, LevelMeter, type LevelWindow, type SilenceRule } from './levels.ts';
import { nextState, type ProgrammeState } from './state.ts';

/** What is wrong with the source, in words that stand on the page. */
export interface Problem {
  /** A short stable name: `absent`, `unplugged`, `stalled`, ... */
  cause: string;
  message: string;
}

/** What the programme hands on: one piece of the one signal. */
export interface ProgrammeOutput {
  /**
   * Takes interleaved samples; they are valid until the call returns.
   *
   * @param endMs when the last of them was captured, on the clock of `monotonicMs`
   */
  write(samples: Float32Array, endMs: number): void;
}

/** What may change while the programme is on air. */
export interface ProgrammeRules extends SilenceRule {
  /** Timed silence between the loss of the source and the fallback, in ms. */
  graceMs: number;
  fallback: Signal;
}

/** Settings of the programme. */
export interface ProgrammeOptions extends ProgrammeRules {
  format: PcmFormat;
  output: ProgrammeOutput;
  /** Told of every change of state, in order. */
  onState?: (state: ProgrammeState, problem: Problem | undefined) => void;
  /** Told of the level of everything that is sent, window after window. */
  onLevels?: (window: LevelWindow) => void;
}

/** The programme as the status shows it. */
export interface ProgrammeStatus {
  state: ProgrammeState;
  /** How long it has been in this state, in ms. */
  stateMs: number;
  /** Why it is not live. */
  problem?: Problem;
  /** What the level says; only while live. */
  level?: LevelFact;
  levels: readonly ChannelLevel[];
  /** How far the end of what was sent lies behind the present, in ms. Some blocks; more is a standstill. */
  lagMs: number;
  /** Everything sent since the start. */
  framesSent: number;
  /** Frames of silence sent in the place of frames that a live source lost. */
  framesMended: number;
  /** Time that was given up because the box itself stood still for longer than `MAX_FILL_MS`. */
  skippedMs: number;
}

/** A live source may deliver this late without being called lost: what a capture buffer holds, and a bit. */
export const HOLD_MS = 250;
/**
 * The most that is filled in at once. A listener whose player ran dry while the box stood still would hear all of it as
 * new delay; so what is older is given up.
 */
export const MAX_FILL_MS = 1000;
/** Length of the pieces that the programme makes itself. */
const FILL_BLOCK_MS = 10;

/**
 * The one signal that the box sends. While the source delivers, its blocks pass and its clock is the clock. While it does
 * not, the programme fills the time by the monotonic clock, so that what was sent is always as long as the time that
 * passed. A source that comes back is joined at its own capture time: what is missing is filled, what was already
 * filled is left out.
 */
export class Programme {
  #options: ProgrammeOptions;
  readonly #framesPerMs: number;
  readonly #fade: Fade;
  readonly #meter: LevelMeter;
  readonly #fillBlock: Float32Array;
  #state: ProgrammeState = 'starting';
  #stateSinceMs = 0;
  #problem: Problem | undefined;
  /** CLOCK_MONOTONIC at the end of what was sent. */
  #endMs = 0;
  /** When the last block came; the start when none ever did. */
  #lastBlockMs = 0;
  #framesSent = 0;
  #framesMended = 0;
  #skippedMs = 0;
  #playing: Signal | undefined;
  #running = false;
  #timer: NodeJS.Timeout | undefined;
  #recheck: NodeJS.Immediate | undefined;

  constructor(options: ProgrammeOptions) {
    const { format } = options;
    this.#options = options;
    this.#framesPerMs = format.rateHz / 1000;
    this.#fade = new Fade(format.rateHz, format.channels);
    this.#meter = new LevelMeter(format, options, options.onLevels);
    this.#fillBlock = new Float32Array(Math.round(FILL_BLOCK_MS * this.#framesPerMs) * format.channels);
  }

  /** Goes on air, with silence until a source delivers. */
  start(): void {
    this.#running = true;
    this.#endMs = this.#lastBlockMs = this.#stateSinceMs = monotonicMs();
    this.#wait();
  }

  /** Goes on by other rules. A fallback that plays gives way to the new one. */
  change(rules: Partial<ProgrammeRules>): void {
    this.#options = { ...this.#options, ...rules };
    this.#meter.setRule(this.#options);
  }

  stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
    clearImmediate(this.#recheck);
  }

  /** Takes the next block of the source. Its samples may be changed in place. */
  block(block: Block): void {
    const { channels } = this.#options.format;
    let samples = block.samples;
    this.#lastBlockMs = monotonicMs();
    if (this.#state !== 'live') {
      const gapFrames = Math.round((block.timeMs - this.#endMs) * this.#framesPerMs);
      if (gapFrames < 0) samples = samples.subarray(-gapFrames * channels);
      if (samples.length === 0) return;
      this.#fill(Math.max(0, gapFrames));
      this.#enter('live', undefined);
      this.#wait();
    } else if (block.lostFrames > 0) {
      this.#framesMended += this.#fill(block.lostFrames);
    }
    this.#play(undefined);
    this.#endMs = block.timeMs + block.frames / this.#framesPerMs;
    this.#send(samples, this.#endMs);
    if (this.#running) this.#timer?.refresh();
  }

  /** Says that the source has ended, and why. More blocks may come later. */
  sourceLost(problem: Problem): void {
    this.#problem = problem;
    if (this.#state !== 'live') return;
    this.#fillToNow();
    this.#wait();
  }

  get status(): ProgrammeStatus {
    return {
      state: this.#state,
      stateMs: monotonicMs() - this.#stateSinceMs,
      ...(this.#problem && this.#state !== 'live' ? { problem: this.#problem } : {}),
      ...(this.#state === 'live' ? { level: this.#meter.fact } : {}),
      levels: this.#meter.levels,
      lagMs: monotonicMs() - this.#endMs,
      framesSent: this.#framesSent,
      framesMended: this.#framesMended,
      skippedMs: this.#skippedMs,
    };
  }

  #tick(): void {
    if (this.#state !== 'live') this.#fillToNow();
    else if (this.#overdueMs() >= 0) {
      // Timers run before I/O: after a pause of the whole process the blocks are there, only not yet read.
      this.#recheck = setImmediate(() => {
        if (this.#state !== 'live' || this.#overdueMs() < 0) return;
        this.#problem = { cause: 'stalled', message: `no sound from the source for ${HOLD_MS} ms` };
        this.#fillToNow();
        this.#wait();
      });
    }
    this.#wait();
  }

  /** Sets the timer for what comes next: the end of the hold time, which each block puts off, or the next piece to fill. */
  #wait(): void {
    clearTimeout(this.#timer);
    if (!this.#running) return;
    const waitMs = this.#state === 'live' ? Math.max(1, Math.ceil(-this.#overdueMs())) : FILL_BLOCK_MS;
    this.#timer = setTimeout(() => this.#tick(), waitMs);
  }

  /** How long the hold time is over, in ms; negative while it is not. */
  #overdueMs(): number {
    return monotonicMs() - this.#lastBlockMs - HOLD_MS;
  }

  /** Brings the programme up to the present without its source. */
  #fillToNow(): void {
    const nowMs = monotonicMs();
    const facts = { flowing: false, silentForMs: nowMs - this.#lastBlockMs };
    this.#enter(nextState(this.#state, facts, this.#options.graceMs), this.#problem);
    const frames = Math.floor((nowMs - this.#endMs) * this.#framesPerMs);
    const blockFrames = this.#fillBlock.length / this.#options.format.channels;
    this.#fill(frames - (frames % blockFrames));
  }

  /** Sends so many frames of what plays without a source, but no more than `MAX_FILL_MS`. Returns how many were sent. */
  #fill(frames: number): number {
    const { channels } = this.#options.format;
    const fillFrames = Math.min(frames, Math.round(MAX_FILL_MS * this.#framesPerMs));
    this.#endMs += frames / this.#framesPerMs;
    this.#play(this.#state === 'fallback' ? this.#options.fallback : silence);
    for (let left = fillFrames * channels; left > 0; left -= this.#fillBlock.length) {
      const samples = this.#fillBlock.subarray(0, Math.min(left, this.#fillBlock.length));
      this.#playing?.read(samples);
      this.#send(samples, this.#endMs - (left - samples.length) / channels / this.#framesPerMs);
    }
    this.#skippedMs += (frames - fillFrames) / this.#framesPerMs;
    return fillFrames;
  }

  /** Sets what is heard from now on: a signal, or the source when undefined. */
  #play(signal: Signal | undefined): void {
    if (this.#playing === signal && this.#framesSent > 0) return;
    this.#playing = signal;
    this.#fade.cut();
  }

  #send(samples: Float32Array, endMs: number): void {
    this.#fade.apply(samples);
    this.#meter.add(samples);
    this.#framesSent += samples.length / this.#options.format.channels;
    this.#options.output.write(samples, endMs);
  }

  #enter(state: ProgrammeState, problem: Problem | undefined): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#stateSinceMs = monotonicMs();
    this.#problem = problem;
    this.#options.onState?.(state, problem);
  }
}
