import { constants } from 'node:fs';
import { access, open, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** Why a file cannot be written, in words. */
export class WriteProblem extends Error {
  override readonly name = 'WriteProblem';
}

/** Any of the bits that let somebody write. */
const WRITABLE = 0o222;
/** What a new file may be: it holds passwords. */
const NEW_FILE_MODE = 0o640;

/** The file to write: what a link points to. It need not be there. */
async function targetOf(file: string): Promise<{ target: string; old?: { mode: number; uid: number; gid: number } }> {
  const folder = await realpath(path.dirname(file));
  try {
    const target = await realpath(file);
    return { target, old: await stat(target) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { target: path.join(folder, path.basename(file)) };
  }
}

/**
 * Says why a file cannot be replaced; nothing when it can, as far as can be seen. A file that nobody may write is taken for one
 * that is to stay as it is, also where the box has all rights.
 */
export async function writeProblem(file: string): Promise<string | undefined> {
  try {
    const { target, old } = await targetOf(file);
    if (old && (old.mode & WRITABLE) === 0) return `${file} is read-only`;
    if (old) await access(target, constants.W_OK);
    await access(path.dirname(target), constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return `${file} cannot be written: ${reason(error)}`;
  }
}

/**
 * Replaces a file, whose mode and owner stay, so that after a power cut at any moment either the old or the new one is there. Of
 * a link the target is replaced. Rejects with `WriteProblem`; then the old file is there.
 *
 * @param newMode what it may be when it is not there yet
 */
export async function replaceFile(file: string, text: string | Uint8Array, newMode = NEW_FILE_MODE): Promise<void> {
  const problem = await writeProblem(file);
  if (problem !== undefined) throw new WriteProblem(problem);
  let temporary: string | undefined;
  try {
    const { target, old } = await targetOf(file);
    const folder = path.dirname(target);
    // Always the same name: what a power cut leaves behind is taken away by the next try.
    temporary = path.join(folder, `.${path.basename(target)}.new`);
    await rm(temporary, { force: true });
    await writeThrough(temporary, text, old ?? newMode);
    await rename(temporary, target);
    await syncFolder(folder);
  } catch (error) {
    if (temporary !== undefined) await rm(temporary, { force: true }).catch(() => {}); // The next try takes it away.
    throw new WriteProblem(`${file} cannot be written: ${reason(error)}`, { cause: error });
  }
}

/** Takes a file away, if it is there; after a power cut it does not come back. Rejects with `WriteProblem`. */
export async function removeFile(file: string): Promise<void> {
  try {
    await rm(file, { force: true });
    await syncFolder(path.dirname(file));
  } catch (error) {
    throw new WriteProblem(`${file} cannot be removed: ${reason(error)}`, { cause: error });
  }
}

/** Writes a new file down to the disk. @param like the mode, or mode and owner */
async function writeThrough(
  file: string,
  text: string | Uint8Array,
  like: number | { mode: number; uid: number; gid: number },
): Promise<void> {
  const handle = await open(file, 'wx', typeof like === 'number' ? like : 0o600);
  try {
    await handle.writeFile(text);
    if (typeof like !== 'number') {
      const { uid, gid } = await handle.stat();
      if (uid !== like.uid || gid !== like.gid) await handle.chown(like.uid, like.gid);
      await handle.chmod(like.mode & 0o7777);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The new name is on the disk only when the folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const REASONS: Record<string, string> = {
  EACCES: 'the box has no right to write there',
  EPERM: 'the box has no right to keep its owner and mode',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full',
  EIO: 'the disk has a fault',
  ENOENT: 'its folder does not exist',
  ELOOP: 'its links go round in a circle',
};

/** Why a file cannot be written, as the end of a sentence. */
export function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? message;
}
