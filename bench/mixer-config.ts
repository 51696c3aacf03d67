import { parseConfig } from '../src/config/config.ts';

/** The period that the box has unless it is configured otherwise, in ms. */
export const DEFAULT_PERIOD_MS = parseConfig('', 'defaults').input.period_ms;

/** Configuration of a box that captures from the mixer of the test rig, as TOML. */
export function mixerConfig(periodMs: number): string {
  return `[input]
source = "alsa"
device = "mixer"
period_ms = ${periodMs}
[mp3]
bitrate_kbps = 128
`;
}
