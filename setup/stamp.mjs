import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * One hash over facts and files. A file that does not exist counts as such, it is no error.
 *
 * @param {Record<string, string>} facts
 * @param {readonly string[]} files
 * @returns {string}
 */
export function fingerprint(facts, files) {
  const hash = createHash('sha256');
  hash.update(JSON.stringify(Object.entries(facts).sort()));
  for (const file of files) {
    const content = readIfThere(file);
    // Names and lengths go in as well, so that moving bytes from one file to the next is a change.
    hash.update(JSON.stringify([path.basename(file), content?.length ?? -1]));
    if (content !== undefined) hash.update(content);
  }
  return hash.digest('hex');
}

/**
 * All files below a folder, sorted, by their whole path.
 *
 * @param {string} folder
 * @param {(name: string) => boolean} wanted asked for the name of each file and folder
 * @returns {string[]} empty when the folder does not exist
 */
export function filesBelow(folder, wanted) {
  /** @type {import('node:fs').Dirent[]} */
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return [];
    throw error;
  }
  return entries
    .filter((entry) => wanted(entry.name))
    .flatMap((entry) => {
      const whole = path.join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(whole, wanted) : [whole];
    })
    .sort();
}

/** @param {string} file @param {string} mark @returns {boolean} whether the stamp is there and says `mark` */
export function isStamped(file, mark) {
  return readIfThere(file)?.toString('utf8').trim() === mark;
}

/** @param {string} file */
export function removeStamp(file) {
  rmSync(file, { force: true });
}

/**
 * Written last and in one step: a stamp that is there means that everything before it was finished.
 *
 * @param {string} file
 * @param {string} mark
 */
export function writeStamp(file, mark) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${mark}\n`);
  renameSync(draft, file);
}

/** @param {string} file @returns {Buffer | undefined} */
function readIfThere(file) {
  try {
    return readFileSync(file);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined;
    throw error;
  }
}
