/*
 * The kernel's loopback sound card in a guest, as shell scripts for root: a mixer plays into its second device, the box takes the
 * first. Taking its driver away is the cheapest way to unplug a sound card.
 */

/** Alsa's name of the mixer's side. */
const MIXER = 'plughw:CARD=Loopback,DEV=1';
/** The card among its driver's devices in /sys. */
const CARD = 'snd_aloop.0';
const DRIVER = '/sys/bus/platform/drivers/snd_aloop';

export const unplugLoopback = `echo ${CARD} > ${DRIVER}/unbind`;
export const plugInLoopback = `echo ${CARD} > ${DRIVER}/bind`;

/** The mixer begins to play, and does so again after it was interrupted. `file`: stereo float32 at 48 kHz, to be repeated. */
export function startMixer(file: string): string {
  const play = `while cat ${file}; do :; done | exec aplay -q -D ${MIXER} -t raw -f FLOAT_LE -r 48000 -c 2`;
  const unit = '--unit=mixer -p Restart=always -p RestartSec=200ms -p StartLimitIntervalSec=0 -p StandardError=null';
  return `systemd-run --quiet ${unit} sh -c '${play}'`;
}

export const stopMixer = 'systemctl stop mixer.service';
