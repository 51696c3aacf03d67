import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { type FileText, fileText } from './file-text.ts';

/** A settings file is a few KiB; what is far larger is none. */
export const MAX_BYTES = 64 * 1024;

/** The settings file as it lies on the card. */
export interface CardFile {
  readonly bytes: Buffer;
  readonly file: FileText;
}

/** Why there is nothing to take from it, and the digest of its bytes; absent when they cannot be read. */
export interface NoCardFile {
  readonly words: string;
  readonly sha256?: string;
}

/** Reads the settings file. */
export async function readCardFile(path: string): Promise<CardFile | NoCardFile> {
  try {
    const { size } = await stat(path);
    // Whatever it is, it need not come into memory.
    if (size > MAX_BYTES) return { words: tooLarge(size), sha256: await digestOfLarge(path) };
    const bytes = await readFile(path);
    const file = fileText(bytes);
    return typeof file === 'string' ? { words: file, sha256: sha256(bytes) } : { bytes, file };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { words: code === 'ENOENT' ? 'it is not there' : `it cannot be read: ${message}` };
  }
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function tooLarge(bytes: number): string {
  return `it has ${Math.ceil(bytes / 1024)} KiB, and a settings file has ${MAX_BYTES / 1024} at most`;
}

async function digestOfLarge(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
