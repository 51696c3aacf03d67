import { readSoundFile } from '../capture/sources.ts';
import type { Config } from '../config/schema.ts';
import type { PcmFormat } from '../pcm.ts';
import { createFallback, type FallbackChoice } from './fallback.ts';
import type { ProgrammeRules } from './programme.ts';

/** Reads what is to play when the input stays lost. Rejects with `SourceUnavailable` for a file that cannot be used. */
export async function readFallback(fallback: string, pcm: PcmFormat): Promise<FallbackChoice> {
  if (!fallback.startsWith('file:')) return { kind: fallback === 'tone' ? 'tone' : 'silence' };
  return { kind: 'file', samples: await readSoundFile(fallback.slice('file:'.length), pcm) };
}

/** The rules of the programme as they are configured. */
export function programmeRules(
  settings: Config['programme'],
  fallback: FallbackChoice,
  pcm: PcmFormat,
): ProgrammeRules {
  return {
    graceMs: settings.grace_s * 1000,
    silenceDbfs: settings.silence_dbfs,
    silenceAfterMs: settings.silence_after_s * 1000,
    fallback: createFallback(fallback, pcm),
  };
}
