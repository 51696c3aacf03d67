import type { Config } from '../config/schema.ts';
import type { PcmFormat } from '../pcm.ts';
import type { Format } from './encoder.ts';
import { flacFormat } from './flac.ts';
import { mp3Format } from './mp3.ts';
import { opusFormat } from './opus.ts';
import { wavFormat } from './wav.ts';

/** A format, and whether it is switched on. */
export interface ConfiguredFormat {
  readonly enabled: boolean;
  readonly format: Format;
}

/** The ids of all formats that the box knows. */
export const FORMAT_IDS = ['mp3', 'opus', 'flac', 'wav'] as const;

/** Every format that the box knows, as it is configured. The first that is switched on is the one that is also reached as `/stream`. */
export function configuredFormats(
  { mp3, opus, flac, wav }: Pick<Config, (typeof FORMAT_IDS)[number]>,
  pcm: PcmFormat,
): ConfiguredFormat[] {
  return [
    { enabled: mp3.enabled, format: mp3Format(pcm, mp3.bitrate_kbps) },
    {
      enabled: opus.enabled,
      format: opusFormat(pcm, { bitrateKbps: opus.bitrate_kbps, complexity: opus.complexity }),
    },
    { enabled: flac.enabled, format: flacFormat(pcm, flac.bits) },
    { enabled: wav.enabled, format: wavFormat(pcm, wav.bits) },
  ];
}
