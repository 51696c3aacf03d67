import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';

/** IEEE 802.11, annex J.4. */
const ROUNDS = 4096;
const KEY_BYTES = 32;

/** Whether a password of a Wi-Fi is the key itself, as 64 hexadecimal digits. */
export function isPsk(passphrase: string): boolean {
  return /^[0-9a-f]{64}$/i.test(passphrase);
}

/** The key of a Wi-Fi that its name and its passphrase give, as 64 hexadecimal digits: it is of use for this Wi-Fi alone. */
export async function pskOf(ssid: string, passphrase: string): Promise<string> {
  if (isPsk(passphrase)) return passphrase.toLowerCase();
  return (await promisify(pbkdf2)(passphrase, Buffer.from(ssid), ROUNDS, KEY_BYTES, 'sha1')).toString('hex');
}
