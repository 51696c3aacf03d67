import { chmodSync, copyFileSync, mkdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { filesBelow } from '../stamp.mjs';

/**
 * Lays the files of a folder over those of another one. Their modes are what git knows of them, whatever this checkout has made of that.
 *
 * @param {string} folder
 * @param {string} root
 * @returns {string[]} what was laid, by its path in the root
 */
export function layOver(folder, root) {
  return filesBelow(folder, () => true).map((from) => {
    const name = path.relative(folder, from);
    const to = path.join(root, name);
    // A folder that is there keeps its mode, and may be a symbolic link to where it is now.
    makeFolders(path.dirname(to));
    // Never through a link: seen from here, it may lead out of the root.
    rmSync(to, { force: true });
    copyFileSync(from, to);
    chmodSync(to, statSync(from).mode & 0o100 ? 0o755 : 0o644);
    return name;
  });
}

/** @param {string} folder */
function makeFolders(folder) {
  const first = mkdirSync(folder, { recursive: true });
  if (first === undefined) return;
  for (let one = folder; one.length >= first.length; one = path.dirname(one)) chmodSync(one, 0o755);
}
