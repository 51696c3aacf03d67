import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Makes a certificate for 127.0.0.1 that has signed itself. Returns it, and it with its key behind, as PEM. */
export function selfSigned(directory: string): { certificate: string; withKey: string } {
  const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', certificate, ...names], { stdio: 'pipe' });
  const [pem, keyPem] = [certificate, key].map((file) => readFileSync(file, 'utf8'));
  return { certificate: `${pem}`, withKey: `${pem}${keyPem}` };
}
