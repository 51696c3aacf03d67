import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';

/**
 * Something that is costly to make and depends on nothing but its name: from the cache, or made now.
 *
 * @param {string} cache
 * @param {{ kind: string, mark: string, keep: number }} what `mark`: of all it depends on; `keep`: how many of a kind are kept, those that
 *   were used last
 * @param {(folder: string) => Promise<void>} make puts it into an empty folder
 * @returns {Promise<string>} its folder
 */
export async function cached(cache, { kind, mark, keep }, make) {
  const folder = path.join(cache, `${kind}-${mark.slice(0, 16)}`);
  if (!existsSync(folder)) {
    const draft = `${folder}.draft`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { recursive: true });
    try {
      await make(draft);
      // In one step: what is there is whole.
      renameSync(draft, folder);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  }
  const now = new Date();
  utimesSync(folder, now, now);
  forgetOldest(cache, kind, keep);
  return folder;
}

/** @param {string} cache @param {string} kind @param {number} keep */
function forgetOldest(cache, kind, keep) {
  const pattern = new RegExp(`^${kind}-[0-9a-f]{16}(\\.draft)?$`);
  const all = readdirSync(cache)
    .filter((name) => pattern.test(name))
    .map((name) => ({ folder: path.join(cache, name), usedMs: statSync(path.join(cache, name)).mtimeMs }))
    .sort((one, other) => other.usedMs - one.usedMs);
  for (const { folder } of all.slice(keep)) rmSync(folder, { recursive: true, force: true });
}
