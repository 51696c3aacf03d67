import type { Block } from '../pcm.ts';
import type { Problem } from '../programme/programme.ts';
import { type Source, type SourceFacts, SourceUnavailable } from './source.ts';

/** Takes the source's blocks whatever becomes of it: the programme. */
export interface CaptureOutput {
  block(block: Block): void;
  sourceLost(problem: Problem): void;
}

/** What the supervisor tells; each kind of news once until the next change. */
export interface SupervisorEvents {
  /** A source delivers its first block. */
  onLive?(source: Source): void;
  /** The source is lost or cannot be had; repeated only when the cause changes. */
  onProblem?(problem: Problem): void;
}

/** The first and the longest wait before the source is opened again, in ms; it doubles in between. */
export const BACKOFF_MS = { first: 100, longest: 1000 };

/** The source as the status shows it. */
export interface SourceStatus extends SourceFacts {
  kind?: Source['kind'];
  name?: string;
  /** How often a source has been opened, or tried. */
  attempts: number;
}

/**
 * What is done for the source: `looking` for one, `opening` it until its first block, `capturing`, `waiting` for the next try.
 * `nothing` when it is stopped.
 */
export type SourceActivity = 'nothing' | 'looking' | 'opening' | 'capturing' | 'waiting';

/** Whether something goes on with the source. */
export interface SourcePulse {
  readonly doing: SourceActivity;
  /** How long there has been neither a block nor other news, ms. */
  readonly quietMs: number;
}

/** Keeps a source open: makes one, hands its blocks on, and when it ends makes the next, for ever. */
export class SourceSupervisor {
  #makeSource: () => Promise<Source>;
  readonly #output: CaptureOutput;
  readonly #events: SupervisorEvents;
  #source: Source | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running = false;
  #attempts = 0;
  #backoffMs = BACKOFF_MS.first;
  #lastCause: string | undefined;
  #doing: SourceActivity = 'nothing';
  /** When the last news came, ms of performance.now(). */
  #newsMs = 0;

  /** `makeSource` rejects with `SourceUnavailable` when there is none at the moment; any other error is a bug. */
  constructor(makeSource: () => Promise<Source>, output: CaptureOutput, events: SupervisorEvents = {}) {
    this.#makeSource = makeSource;
    this.#output = output;
    this.#events = events;
  }

  start(): void {
    this.#running = true;
    void this.#open();
  }

  stop(): void {
    this.#running = false;
    this.#does('nothing');
    clearTimeout(this.#timer);
    this.#source?.close();
  }

  /**
   * Takes its sources from elsewhere from now on: ends the one that is open, and opens another at once.
   *
   * @param problem what is told of the time in between
   */
  change(makeSource: () => Promise<Source>, problem: Problem): void {
    this.#makeSource = makeSource;
    if (!this.#running) return;
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
    this.#backoffMs = BACKOFF_MS.first;
    this.#lastCause = undefined;
    this.#output.sourceLost(problem);
    void this.#open();
  }

  get status(): SourceStatus {
    const source = this.#source;
    return { ...(source ? { kind: source.kind, name: source.name, ...source.facts() } : {}), attempts: this.#attempts };
  }

  /** Whether something goes on. */
  get pulse(): SourcePulse {
    return { doing: this.#doing, quietMs: performance.now() - this.#newsMs };
  }

  #does(doing: SourceActivity): void {
    this.#doing = doing;
    this.#newsMs = performance.now();
  }

  async #open(): Promise<void> {
    this.#attempts++;
    this.#does('looking');
    const makeSource = this.#makeSource;
    let source: Source;
    try {
      source = await makeSource();
    } catch (error) {
      if (!(error instanceof SourceUnavailable)) throw error;
      if (makeSource === this.#makeSource) this.#lost(error.problem);
      return;
    }
    // Stopped meanwhile, or another one is wanted by now.
    if (!this.#running || makeSource !== this.#makeSource) return;
    this.#source = source;
    this.#does('opening');
    let live = false;
    source.start({
      block: (block) => {
        this.#does('capturing');
        if (!live) {
          live = true;
          this.#backoffMs = BACKOFF_MS.first;
          this.#lastCause = undefined;
          this.#events.onLive?.(source);
        }
        this.#output.block(block);
      },
      ended: (problem) => this.#lost(problem),
    });
  }

  #lost(problem: Problem): void {
    if (!this.#running) return;
    if (problem.cause !== this.#lastCause) this.#events.onProblem?.(problem);
    this.#lastCause = problem.cause;
    this.#output.sourceLost(problem);
    this.#does('waiting');
    this.#timer = setTimeout(() => void this.#open(), this.#backoffMs);
    this.#backoffMs = Math.min(2 * this.#backoffMs, BACKOFF_MS.longest);
  }
}
