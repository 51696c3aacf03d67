import { open } from 'node:fs/promises';
import { reason, WriteProblem } from '../config/replace-file.ts';

/**
 * Changes bytes of a file where they stand, down to the disk, and leaves its size and its place there alone. Rejects with
 * `WriteProblem`, also when there is something else in the file by now.
 */
export async function overwrite(file: string, before: Buffer, after: Buffer): Promise<void> {
  const differs = (byte: number, index: number) => byte !== after[index];
  const from = before.findIndex(differs);
  const to = before.findLastIndex(differs) + 1;
  if (from < 0) return;
  try {
    const handle = await open(file, 'r+');
    try {
      if (!before.equals(await handle.readFile())) throw new WriteProblem('it has just been changed');
      await handle.write(after, from, to - from, from);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new WriteProblem(error instanceof WriteProblem ? error.message : reason(error), { cause: error });
  }
}
