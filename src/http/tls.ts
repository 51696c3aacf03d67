import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type Server } from 'node:tls';

/** Where a certificate and its private key lie, as PEM. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate that is good for use. */
export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** A certificate that cannot be used; `fault` is the key of the configuration that is to blame. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
  readonly fault: keyof TlsFiles;

  constructor(fault: keyof TlsFiles, message: string) {
    super(message);
    this.fault = fault;
  }
}

/** Reads a certificate and its key and tries them together. Throws `CertificateError`. */
export function readCertificate(files: TlsFiles): Certificate {
  const cert = read(files, 'certificate');
  const key = read(files, 'key');
  attempt('certificate', 'no certificate in PEM', () => createSecureContext({ cert }));
  attempt('key', 'no private key in PEM without a passphrase', () => createSecureContext({ key }));
  attempt('key', 'not the key of that certificate', () => createSecureContext({ cert, key }));
  return { cert, key };
}

function read(files: TlsFiles, name: keyof TlsFiles): Buffer {
  try {
    return readFileSync(files[name]);
  } catch (error) {
    throw new CertificateError(name, `cannot be read: ${(error as Error).message}`);
  }
}

function attempt(fault: keyof TlsFiles, words: string, use: () => unknown): void {
  try {
    use();
  } catch (error) {
    throw new CertificateError(fault, `${words} (${(error as Error).message})`);
  }
}

/**
 * Looks now and then whether the files have changed, and gives a renewed certificate to the server: new connections get it,
 * those that are there stay. One that is no good, or only half written, is left alone and tried again. Ends with the server.
 *
 * @param onNews told once of each renewal (undefined) and of each change that is no good (why)
 */
export function watchCertificate(
  server: Server,
  files: TlsFiles,
  everyMs: number,
  onNews: (problem?: CertificateError) => void,
): void {
  let inUse = version(files);
  let complainedOf = '';
  const timer = setInterval(() => {
    const found = version(files);
    if (found === inUse) return;
    try {
      server.setSecureContext(readCertificate(files));
      inUse = found;
      onNews();
    } catch (error) {
      if (!(error instanceof CertificateError)) throw error;
      if (found !== complainedOf) onNews(error);
      complainedOf = found;
    }
  }, everyMs).unref();
  server.once('close', () => clearInterval(timer));
}

/** Changes whenever one of the files is written anew or replaced. */
function version({ certificate, key }: TlsFiles): string {
  return [certificate, key]
    .map((file) => {
      const { mtimeMs, ino, size } = statSync(file, { throwIfNoEntry: false }) ?? {};
      return `${mtimeMs} ${ino} ${size}`;
    })
    .join('\n');
}
