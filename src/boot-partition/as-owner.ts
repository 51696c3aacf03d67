import { stat } from 'node:fs/promises';
import { WriteProblem } from '../config/replace-file.ts';

/**
 * Does some work with the rights of whoever owns a folder, when we are root and it is not: who may write there may also lead root's
 * hand elsewhere with a link. What is made there is then the owner's, too. The rights are those of the whole process meanwhile.
 */
export async function asOwnerOf<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  const owner = await stat(folder).catch((error: Error) => {
    throw new WriteProblem(`${folder} cannot be used: ${error.message}`);
  });
  if (process.geteuid?.() !== 0 || owner.uid === 0) return work();
  const groups = process.getgroups?.() ?? [];
  process.setgroups?.([owner.gid]);
  process.setegid?.(owner.gid);
  process.seteuid?.(owner.uid);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
    process.setgroups?.(groups);
  }
}
