import { z } from 'zod';
import { choice, flag, type KeyMeta, requiredText, text } from '../config/key.ts';
import { parseInterfaceAddress, parseIp } from './ip-address.ts';
import { isPsk } from './psk.ts';
import { sshKeyFault } from './ssh-keys.ts';

/** What the box is called when nobody has given it a name. */
export const DEFAULT_NAME = 'boardfeed';

/** A label of RFC 1123, 2.1; one of digits alone would be taken for a number of a machine, and one name is every machine's own. */
const NAME = /^(?!localhost$)(?=[^a-z]*[a-z])[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
/** IEEE 802.11, 9.4.2.2. */
const SSID_BYTES = 32;
/** IEEE 802.11, annex J.4. */
const PASSPHRASE_BYTES = { min: 8, max: 63 };
const NO_CONTROLS = /^[^\p{Cc}]*$/u;
const SOMETHING = /^[^\p{Cc}]+$/u;
const MAX_DNS = 3;
const MAX_SSH_KEYS = 20;

/** A text that a function finds fault with, in words; never with an empty one. */
const judged = (fault: (typed: string) => string | undefined) =>
  z.string().superRefine((typed, context) => {
    const message = typed === '' ? undefined : fault(typed);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

const judgedText = (fault: (typed: string) => string | undefined, meta: KeyMeta) =>
  judged(fault)
    .default('')
    .meta({ ...meta });

/**
 * What the settings file on the card's first partition may hold beside the box's own configuration: what a machine must know that
 * nobody has logged in to yet. The only place that knows these keys.
 */
export const bootSchema = z.strictObject({
  box: z.strictObject({
    name: text(
      DEFAULT_NAME,
      NAME,
      'a name of letters a to z, digits and hyphens, at most 63 of them, with a letter in it and no hyphen at either end',
      'What the box is called in the network: "hall" is found as http://hall.local/.',
    ),
  }),
  wifi: z.strictObject({
    country: requiredText(judged(countryFault).regex(/^[A-Z]{2}$/i), {
      help: 'Country in which the box stands: what Wi-Fi may do differs.',
      expects: 'two letters such as "DE"',
      example: 'DE',
    }),
    ssid: requiredText(
      judged((typed) => (Buffer.byteLength(typed) > SSID_BYTES ? 'that is too long' : undefined)).regex(SOMETHING),
      {
        help: 'Name of the Wi-Fi, exactly as it is, capitals included.',
        expects: `a name of 1 to ${SSID_BYTES} letters and signs (those beyond English count double)`,
        example: 'Parish hall',
        aliases: ['name', 'network'],
      },
    ),
    passphrase: requiredText(judged(passphraseFault).regex(NO_CONTROLS), {
      help: 'Its password; "" for a Wi-Fi without one.',
      expects: 'a text of 8 to 63 letters and signs, or 64 hexadecimal digits, or "" for a Wi-Fi without password',
      example: 'the password of the Wi-Fi',
      secret: true,
      aliases: ['password', 'psk', 'key'],
    }),
    hidden: flag(false, 'Whether the Wi-Fi hides its name.'),
  }),
  network: z.strictObject({
    address: judgedText(addressFault, {
      help: 'Fixed address with the length of its network; 24 stands for 255.255.255.0. "" lets the router give one.',
      expects: 'an address with the length of its network such as "192.168.1.20/24", or ""',
      aliases: ['ip'],
    }),
    gateway: judgedText(ipFault, {
      help: 'Address of the router; only with a fixed address. Without one the box does not get out of its own network.',
      expects: 'an address such as "192.168.1.1", or ""',
      aliases: ['router'],
    }),
    dns: judgedText(ipFault, {
      help: 'Who knows the names of the Internet, mostly the router; only with a fixed address.',
      expects: `an address such as "192.168.1.1", or a list of ${MAX_DNS} at most`,
      aliases: ['nameserver', 'nameservers'],
      listOf: MAX_DNS,
    }),
    interface: choice('ethernet', ['ethernet', 'wifi'], '', 'To which of the two the fixed address belongs.'),
  }),
  ssh: z.strictObject({
    key: judgedText(sshKeyFault, {
      help: 'Who may log in over SSH, as root: the line of a file that ends in .pub, or a list of such lines. Without one nobody can.',
      expects: `a public key, the only line of a file that ends in .pub ("ssh-ed25519 AAAA... name"), or a list of ${MAX_SSH_KEYS} at most`,
      aliases: ['keys', 'authorized_keys'],
      listOf: MAX_SSH_KEYS,
      // Whoever takes the wrong file of the two has a private key here.
      secret: true,
    }),
  }),
});

/** What was taken from those sections. */
export interface BootSettings {
  readonly box: { readonly name?: string };
  readonly wifi: {
    readonly country?: string;
    readonly ssid?: string;
    readonly passphrase?: string;
    readonly hidden?: boolean;
  };
  readonly network: {
    readonly address?: string;
    readonly gateway?: string;
    readonly dns?: readonly string[];
    readonly interface?: 'ethernet' | 'wifi';
  };
  readonly ssh: { readonly key?: readonly string[] };
}

/** ISO 3166-1; the one that people expect to be another. */
function countryFault(typed: string): string | undefined {
  return typed.toUpperCase() === 'UK' ? 'the United Kingdom is "GB"' : undefined;
}

function passphraseFault(typed: string): string | undefined {
  if (isPsk(typed)) return undefined;
  const bytes = Buffer.byteLength(typed);
  if (bytes < PASSPHRASE_BYTES.min) return 'that is too short';
  return bytes > PASSPHRASE_BYTES.max ? 'that is too long' : undefined;
}

function addressFault(typed: string): string | undefined {
  const parsed = parseInterfaceAddress(typed);
  return typeof parsed === 'string' ? parsed : undefined;
}

function ipFault(typed: string): string | undefined {
  return parseIp(typed) ? undefined : 'that is no address';
}
