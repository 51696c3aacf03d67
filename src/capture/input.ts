import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../config/schema.ts';
import type { Logger } from '../log.ts';
import type { PcmFormat } from '../pcm.ts';
import type { Source } from './source.ts';
import { sourceMaker, sourceOptions } from './sources.ts';
import { type CaptureOutput, type SourceStatus, SourceSupervisor } from './supervisor.ts';

type InputSettings = Config['input'];

/** The input of the box as it is configured. What becomes of its source stands in the log. */
export class Input {
  readonly #pcm: PcmFormat;
  readonly #log: Logger;
  readonly #supervisor: SourceSupervisor;
  readonly #memory = { hadCard: false };
  #settings: InputSettings;
  #realtimeTold = false;

  constructor(settings: InputSettings, pcm: PcmFormat, output: CaptureOutput, log: Logger) {
    this.#settings = settings;
    this.#pcm = pcm;
    this.#log = log;
    this.#supervisor = new SourceSupervisor(this.#maker(), output, {
      onLive: (source) => this.#tellLive(source),
      onProblem: ({ cause, message }) => log.warn(`source: ${cause}: ${message}; trying again`),
    });
  }

  start(): void {
    this.#supervisor.start();
  }

  stop(): void {
    this.#supervisor.stop();
  }

  /** The configured source: `auto`, `alsa`, `demo` or `file:PATH`. */
  get wanted(): string {
    return this.#settings.source;
  }

  get status(): SourceStatus {
    return this.#supervisor.status;
  }

  /** Opens another source, or the same in another way. The number of channels and the rate are those of the programme. */
  change(settings: InputSettings): void {
    const before = sourceOptions(this.#settings);
    this.#settings = settings;
    if (isDeepStrictEqual(sourceOptions(settings), before)) return;
    this.#log.info('source: the settings have changed');
    this.#supervisor.change(this.#maker(), { cause: 'changed', message: 'another input is being opened' });
  }

  #maker(): () => Promise<Source> {
    return sourceMaker(sourceOptions(this.#settings), this.#pcm, undefined, this.#memory);
  }

  #tellLive(source: Source): void {
    const { granted, realtime } = source.facts();
    this.#log.info(granted ?? {}, `source: ${source.kind} ${source.name}`);
    if (source.kind === 'demo' && this.wanted === 'auto')
      this.#log.warn('NO SOUND CARD: playing the demo signal until one is plugged in');
    if (realtime && !realtime.granted && !this.#realtimeTold)
      this.#log.warn(`capture runs without real-time priority: ${realtime.message}`);
    this.#realtimeTold ||= realtime !== undefined;
  }
}
