/** PCMs of ALSA's own configuration (/usr/share/alsa) whose first argument is the card. */
const OF_A_CARD =
  /^(?:hw|plughw|default|sysdefault|dsnoop|dmix|front|rear|center_lfe|side|surround\d\d|iec958|spdif|hdmi|modem|usbstream):(.+)$/;
/** The converter, whose argument is a PCM. */
const CONVERTED = /^plug:(?:SLAVE=)?(['"]?)(.+)\1$/;

/**
 * The control device that belongs to a PCM: `hw:CARD=CODEC,DEV=0` has the mixer `hw:CARD=CODEC`. One that does not name its card may
 * have a control device of its own name in the ALSA configuration, as `default` and many a sound server's have.
 */
export function controlDeviceOf(pcm: string): string {
  const inner = CONVERTED.exec(pcm)?.[2];
  if (inner !== undefined) return controlDeviceOf(inner);
  const fields = OF_A_CARD.exec(pcm)?.[1]?.split(',') ?? [];
  const named = fields.find((field) => field.startsWith('CARD='))?.slice('CARD='.length);
  const card = named ?? fields.find((field) => !field.includes('='));
  return card ? `hw:CARD=${card}` : pcm;
}
