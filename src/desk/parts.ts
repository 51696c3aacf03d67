import type { Input } from '../capture/input.ts';
import { SourceUnavailable } from '../capture/source.ts';
import { readSoundFile } from '../capture/sources.ts';
import { ConfigError } from '../config/config.ts';
import type { Config } from '../config/schema.ts';
import { descriptorWarning } from '../http/descriptors.ts';
import type { Places } from '../http/places.ts';
import type { Logger } from '../log.ts';
import type { Outlets } from '../outlets.ts';
import type { PcmFormat } from '../pcm.ts';
import type { FallbackChoice } from '../programme/fallback.ts';
import type { Programme } from '../programme/programme.ts';
import { programmeRules, readFallback } from '../programme/programme-rules.ts';
import type { Station } from '../station.ts';
import type { Part } from './settings.ts';

/** The parts of the box that can do something else while they are on air. */
export interface ChangeableParts {
  readonly pcm: PcmFormat;
  readonly station: Station;
  readonly input: Input;
  readonly programme: Programme;
  readonly outlets: Outlets;
  /** All that bound how many may come. */
  readonly places: readonly Places[];
  readonly log: Logger;
  /** How long the listeners of a format that is replaced have to take the rest, ms. */
  readonly farewellMs: number;
  readonly present: PresentSettings;
}

/** What others ask for each time that they need it. */
export interface PresentSettings {
  /** What really plays when the input stays lost: not the file that is configured, when that could not be read. */
  fallback: FallbackChoice['kind'];
  /** How much of the recent sound a listener gets that does not say, ms. */
  burstMs: number;
}

/** Says which settings take effect at once, and how. All others wait for a restart. */
export function changeableParts(box: ChangeableParts): Part[] {
  const { pcm, station, input, programme, outlets, places, log, farewellMs, present } = box;
  return [
    {
      keys: ['station.name', 'station.title', 'station.genre', 'station.url'],
      // What is on may have changed since it was configured: it stays unless somebody names it.
      prepare: async ({ station: { title, ...tags } }, named) => {
        const all = named.has('station.title') ? { ...tags, title } : tags;
        return () => station.change(all);
      },
    },
    {
      keys: ['input.source', 'input.device', 'input.channels', 'input.period_ms', 'input.buffer_ms'],
      prepare: async (settings, named) => {
        const { source } = settings.input;
        if (named.has('input.source') && source !== input.wanted && source.startsWith('file:'))
          await orFault('input.source', source, readSoundFile(source.slice('file:'.length), pcm));
        return () => input.change(settings.input);
      },
    },
    {
      keys: ['programme.grace_s', 'programme.fallback', 'programme.silence_dbfs', 'programme.silence_after_s'],
      prepare: async ({ programme: settings }, named) => {
        if (!named.has('programme.fallback')) {
          const { fallback: _, ...rules } = programmeRules(settings, { kind: 'silence' }, pcm);
          return () => programme.change(rules);
        }
        const choice = await orFault('programme.fallback', settings.fallback, readFallback(settings.fallback, pcm));
        return () => {
          programme.change(programmeRules(settings, choice, pcm));
          present.fallback = choice.kind;
        };
      },
    },
    {
      keys: [
        ...['mp3.enabled', 'mp3.bitrate_kbps', 'opus.enabled', 'opus.bitrate_kbps', 'opus.complexity'],
        ...['flac.enabled', 'flac.bits', 'wav.enabled', 'wav.bits'],
      ],
      prepare: async (settings) => () => outlets.change(settings, farewellMs),
    },
    {
      keys: ['listeners.max', 'listeners.max_per_address', 'listeners.burst_ms'],
      prepare:
        async ({ listeners }: Config) =>
        () => {
          const limits = { max: listeners.max, maxPerAddress: listeners.max_per_address };
          const warning = descriptorWarning(limits.max);
          if (warning) log.warn(warning);
          for (const each of places) each.change(limits);
          present.burstMs = listeners.burst_ms;
        },
    },
    {
      keys: ['log.level'],
      prepare: async (settings) => () => {
        log.level = settings.log.level;
      },
    },
  ];
}

/** A wish that the world does not grant is refused with the reason. */
async function orFault<T>(name: string, value: string, wish: Promise<T>): Promise<T> {
  try {
    return await wish;
  } catch (error) {
    if (!(error instanceof SourceUnavailable)) throw error;
    throw new ConfigError([`${name} = ${JSON.stringify(value)}: ${error.message}`]);
  }
}
