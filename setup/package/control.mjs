import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/**
 * Fills in what is known only when a package is built.
 *
 * @param {string} template with `@NAMES@`
 * @param {Record<string, string>} values
 * @returns {string}
 */
export function fill(template, values) {
  return template.replace(/@([A-Z_]+)@/g, (_, name) => {
    const value = values[name];
    if (value === undefined) throw new Error(`@${name}@ has no value.`);
    return value;
  });
}

/**
 * What dpkg says a package takes on the disk (deb-control(5), Installed-Size): KiB, each file rounded up, one for each folder.
 *
 * @param {readonly { to: string, size: number }[]} files
 * @returns {number}
 */
export function installedKib(files) {
  return files.reduce((sum, { size }) => sum + Math.ceil(size / 1024), foldersOf(files.map(({ to }) => to)).length);
}

/**
 * @param {readonly string[]} files
 * @returns {string[]} every folder above them, sorted
 */
export function foldersOf(files) {
  const folders = new Set(
    files.flatMap((file) => {
      const steps = file.split('/').slice(0, -1);
      return steps.map((_, index) => steps.slice(0, index + 1).join('/'));
    }),
  );
  return [...folders].sort();
}

/**
 * What `dpkg --verify` compares with. A file that the administrator may change is none of its business.
 *
 * @param {readonly { to: string, file: string }[]} files where they go, and where they are
 * @param {readonly string[]} conffiles
 * @returns {string}
 */
export function md5sums(files, conffiles) {
  return files
    .filter(({ to }) => !conffiles.includes(`/${to}`))
    .map(({ to, file }) => `${createHash('md5').update(readFileSync(file)).digest('hex')}  ${to}\n`)
    .sort((one, other) => (one.slice(34) < other.slice(34) ? -1 : 1))
    .join('');
}

/**
 * Debian's own form of a changelog (deb-changelog(5)): the version, and where to read what is new.
 *
 * @param {string} version
 * @param {number} epochS when it was made, in Unix time
 * @param {string} maintainer
 * @returns {string}
 */
export function debianChangelog(version, epochS, maintainer) {
  const date = new Date(epochS * 1000).toUTCString().replace('GMT', '+0000');
  return `boardfeed (${version}) unstable; urgency=medium\n\n  * Version ${version}; what is new stands in NEWS.md.gz beside this file.\n\n -- ${maintainer}  ${date}\n`;
}

/**
 * Names of packages in the relations of a control file (deb-control(5)): of alternatives the first, without version.
 *
 * @param {string} text
 * @returns {string[]}
 */
export function parseRelations(text) {
  return text
    .split(',')
    .map((relation) => /^[a-z0-9][a-z0-9+.-]+/.exec(relation.trim())?.[0] ?? '')
    .filter((name) => name !== '');
}
