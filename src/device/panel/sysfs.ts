import { access, constants, open } from 'node:fs/promises';

/** Writes to a file of sysfs, which must be there: never makes one. Rejects as `open` and `write` do. */
export async function writeAttribute(path: string, text: string): Promise<void> {
  // Some of these files cannot be opened for reading, nor cut.
  const file = await open(path, constants.O_WRONLY);
  try {
    await file.write(text, 0);
  } finally {
    await file.close();
  }
}

/** Whether we may use a file in that way: `constants.R_OK` and the like. */
export async function may(path: string, mode: number): Promise<boolean> {
  try {
    await access(path, mode);
    return true;
  } catch {
    return false; // That is the answer.
  }
}
