/** The middle of a public key (RFC 4253, 6.6): its kind, and so many bytes that mean nothing. */
export function blobOf(kind: string, bytes: number): string {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(kind.length);
  return Buffer.concat([length, Buffer.from(kind), Buffer.alloc(bytes, 7)]).toString('base64');
}

/** One of each kind that is taken. */
export const KEYS: readonly string[] = [
  `ssh-ed25519 ${blobOf('ssh-ed25519', 36)} somebody@somewhere`,
  `ssh-rsa ${blobOf('ssh-rsa', 267)} a comment of several words`,
  `ecdsa-sha2-nistp256 ${blobOf('ecdsa-sha2-nistp256', 81)} x`,
  `sk-ssh-ed25519@openssh.com ${blobOf('sk-ssh-ed25519@openssh.com', 44)} x`,
];
