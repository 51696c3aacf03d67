/** What sshd(8) of Debian takes, without what is broken by now (ssh-dss). */
const TYPES: readonly string[] = [
  'ssh-ed25519',
  'ssh-rsa',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
];

/** What is wrong with a line of `authorized_keys`, in words that show nothing of it; undefined when it is one. Options are not taken. */
export function sshKeyFault(line: string): string | undefined {
  if (/PRIVATE KEY/.test(line)) return 'that is a private key, which belongs nowhere but where it was made';
  if (/\p{Cc}/u.test(line.trim())) return 'that is more than one line';
  const [type = '', blob = ''] = line.trim().split(/ +/);
  if (!TYPES.includes(type)) return 'it does not begin with a kind of key';
  // RFC 4253, 6.6: the key itself says its kind once more, behind its length.
  const bytes = Buffer.from(blob, 'base64');
  const length = bytes.length >= 4 ? bytes.readUInt32BE(0) : -1;
  const whole = bytes.toString('base64').replace(/=+$/, '') === blob.replace(/=+$/, '');
  const enough = bytes.length > 4 + type.length + 4 + 16;
  if (!whole || !enough || bytes.subarray(4, 4 + length).toString('latin1') !== type)
    return 'the key is cut off or damaged';
  return undefined;
}

/** The file `authorized_keys` (sshd(8)); undefined without a key, so that nobody can log in. */
export function authorizedKeys(keys: readonly string[]): string | undefined {
  const lines = keys.map((key) => key.trim()).filter((key) => key !== '');
  return lines.length === 0 ? undefined : `${[...new Set(lines)].join('\n')}\n`;
}
