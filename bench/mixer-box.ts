import { BOX_NODE_FLAGS, boxEnv } from '../setup/box-node.mjs';
import { parseConfig } from '../src/config/config.ts';
import { type Box, startBox } from '../test/support/box.ts';
import type { PulseRig } from '../test/support/pulse.ts';

/** The period that the box has unless it is configured otherwise, in ms. */
export const DEFAULT_PERIOD_MS = parseConfig('', 'defaults').input.period_ms;

/** Starts a box that captures from an ALSA device of a rig, the mixer unless another is named, on the same Node with the same options as `npm start` does. */
export function startMixerBox(rig: PulseRig, periodMs: number, device = 'mixer'): Promise<Box> {
  const config = `[input]
source = "alsa"
device = "${device}"
period_ms = ${periodMs}
[mp3]
bitrate_kbps = 128
[opus]
bitrate_kbps = 128
`;
  return startBox(config, { ...boxEnv(rig.env), NODE_OPTIONS: BOX_NODE_FLAGS.join(' ') });
}
