import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A self-signed certificate for localhost, 127.0.0.1 and ::1, made by openssl in a directory of its own. */
export interface TestCertificate {
  /** Path of the certificate, which is also the one to trust. */
  certificate: string;
  /** Path of the key. */
  key: string;
  remove(): void;
}

/** @param name who it is made out to */
export function makeCertificate(name: string): TestCertificate {
  const directory = mkdtempSync(join(tmpdir(), 'boardfeed-tls-'));
  const [certificate, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  const words = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1'.split(' ');
  const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1';
  execFileSync('openssl', [...words, '-subj', `/CN=${name}`, '-addext', names, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  });
  return { certificate, key, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
