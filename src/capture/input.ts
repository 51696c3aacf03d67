import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../config/schema.ts';
import type { Logger } from '../log.ts';
import type { PcmFormat } from '../pcm.ts';
import type { Problem } from '../programme/programme.ts';
import type { ProgrammeState } from '../programme/state.ts';
import { CardClock } from './card-clock.ts';
import type { Source } from './source.ts';
import { SourceLog } from './source-log.ts';
import { sourceMaker, sourceOptions } from './sources.ts';
import { type CaptureOutput, type SourcePulse, type SourceStatus, SourceSupervisor } from './supervisor.ts';

type InputSettings = Config['input'];

/** The cause of a loss that was asked for. */
const CHANGED = 'changed';

/** The input of the box as it is configured. What becomes of its source stands in the log. */
export class Input {
  readonly #pcm: PcmFormat;
  readonly #log: Logger;
  readonly #supervisor: SourceSupervisor;
  readonly #sourceLog: SourceLog;
  readonly #cardClock: CardClock;
  readonly #memory = { hadCard: false };
  #settings: InputSettings;
  #realtimeTold = false;

  constructor(settings: InputSettings, pcm: PcmFormat, output: CaptureOutput, log: Logger) {
    this.#settings = settings;
    this.#pcm = pcm;
    this.#log = log;
    this.#sourceLog = new SourceLog(log);
    const cardClock = new CardClock(pcm.rateHz);
    this.#cardClock = cardClock;
    const measured: CaptureOutput = {
      block(block) {
        cardClock.add(block);
        output.block(block);
      },
      sourceLost(problem) {
        cardClock.reset();
        output.sourceLost(problem);
      },
    };
    this.#supervisor = new SourceSupervisor(this.#maker(), measured, {
      onLive: (source) => this.#tellLive(source),
      onProblem: (problem) => this.#sourceLog.lost(problem),
    });
  }

  start(): void {
    this.#supervisor.start();
  }

  stop(): void {
    this.#sourceLog.close();
    this.#supervisor.stop();
  }

  /** The configured source: `auto`, `alsa`, `demo` or `file:PATH`. */
  get wanted(): string {
    return this.#settings.source;
  }

  get status(): SourceStatus {
    return this.#supervisor.status;
  }

  /** Whether something goes on with the source. */
  get pulse(): SourcePulse {
    return this.#supervisor.pulse;
  }

  /** How many parts per million faster than its rate the card's clock runs; undefined without a card, or while it is not known. */
  get clockPpm(): number | undefined {
    return this.status.kind === 'alsa' ? this.#cardClock.ppm : undefined;
  }

  /** What the listeners get of it by now. A source may be lost for them although it has not ended. */
  heard(state: ProgrammeState, problem: Problem | undefined): void {
    this.#log.debug(`programme: ${state}${problem ? ` (${problem.message})` : ''}`);
    if (state === 'live') this.#sourceLog.live();
    else if (problem && problem.cause !== CHANGED) this.#sourceLog.lost(problem);
  }

  /** Opens another source, or the same in another way. The number of channels and the rate are those of the programme. */
  change(settings: InputSettings): void {
    const before = sourceOptions(this.#settings);
    this.#settings = settings;
    if (isDeepStrictEqual(sourceOptions(settings), before)) return;
    this.#log.info('source: the settings have changed');
    this.#supervisor.change(this.#maker(), { cause: CHANGED, message: 'another input is being opened' });
  }

  #maker(): () => Promise<Source> {
    return sourceMaker(sourceOptions(this.#settings), this.#pcm, undefined, this.#memory);
  }

  #tellLive(source: Source): void {
    const { granted, realtime } = source.facts();
    this.#sourceLog.live(`${source.kind} ${source.name}`, granted);
    if (source.kind === 'demo' && this.wanted === 'auto')
      this.#log.warn('NO SOUND CARD: playing the demo signal until one is plugged in');
    if (realtime && !realtime.granted && !this.#realtimeTold)
      this.#log.warn(`capture runs without real-time priority: ${realtime.message}`);
    this.#realtimeTold ||= realtime !== undefined;
  }
}
