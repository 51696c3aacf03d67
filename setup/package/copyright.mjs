import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PROGRAM } from './contents.mjs';

/** Debian's own form (machine-readable copyright file, 1.0). */
const FORMAT = 'https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/';

/** @typedef {{ files: string, name: string, text: string, holders: readonly string[] }} Licence */

/**
 * The copyright file of the package: our licence, that of Node with all it contains, and that of each npm package.
 *
 * @param {readonly Licence[]} licences
 * @returns {string}
 */
export function copyrightFile(licences) {
  const stanzas = licences.map(({ files, name, text, holders }) =>
    [`Files: ${files}`, `Copyright: ${holders.join('\n ')}`, `License: ${name}`, indented(text)].join('\n'),
  );
  return `${[`Format: ${FORMAT}\nUpstream-Name: Boardfeed`, ...stanzas].join('\n\n')}\n`;
}

/** @param {string} text */
function indented(text) {
  const lines = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.trimEnd());
  return lines.map((line) => (line === '' ? ' .' : ` ${line}`)).join('\n');
}

/**
 * @param {string} text of a licence
 * @returns {string[]} whose work it is, by the lines that say so
 */
export function holdersIn(text) {
  const lines = text.split(/\r?\n/).map((line) => line.replace(/^[\s*#/]+/, '').trim());
  const found = lines.filter((line) => /^(copyright|©|\(c\))/i.test(line) && /\d{4}|\(c\)|©/i.test(line));
  return [
    ...new Set(
      found.map((line) =>
        line.replace(/^(copyright\s*)?(\(c\)|©)?\s*/i, '').replace(/\s*all rights reserved\.?$/i, ''),
      ),
    ),
  ]
    .filter((line) => line !== '')
    .slice(0, 20);
}

/**
 * @param {string} projectFolder
 * @param {readonly string[]} modules folders of npm packages
 * @param {string} nodeHome
 * @returns {Licence[]}
 */
export function licencesOf(projectFolder, modules, nodeHome) {
  const ours = readFileSync(path.join(projectFolder, 'LICENSE'), 'utf8');
  const nodes = readFileSync(path.join(nodeHome, 'LICENSE'), 'utf8');
  return [
    { files: '*', name: 'Expat', text: body(ours), holders: holdersIn(ours) },
    {
      files: `${PROGRAM}/bin/node`,
      name: 'Node.js-and-what-it-contains',
      text: nodes,
      holders: ['Node.js contributors, Joyent, Inc. and other Node contributors, and those named below'],
    },
    ...modules.map((folder) => licenceOf(projectFolder, folder)),
  ];
}

/** Our first lines are the name and the holder, which stand in fields of their own. @param {string} text */
const body = (text) => text.slice(text.indexOf('Permission is hereby'));

/** Texts that every Debian has (policy 12.5). */
const COMMON = new Map([
  ['Apache-2.0', 'On Debian systems, the full text is in /usr/share/common-licenses/Apache-2.0.'],
]);

/** @param {string} projectFolder @param {string} folder @returns {Licence} */
function licenceOf(projectFolder, folder) {
  const whole = path.join(projectFolder, folder);
  const { name, license, author, contributors } = JSON.parse(readFileSync(path.join(whole, 'package.json'), 'utf8'));
  const file = readdirSync(whole)
    .sort()
    .find((one) => /^(licen[cs]e|copying)/i.test(one));
  const text = file === undefined ? inReadme(whole) : readFileSync(path.join(whole, file), 'utf8');
  const people = [author, ...(Array.isArray(contributors) ? contributors : [])]
    .map((one) => (typeof one === 'string' ? one : one?.name))
    .filter((one) => typeof one === 'string' && one !== '');
  const holders = text === undefined ? [] : holdersIn(text);
  const common = COMMON.get(license);
  return {
    files: `${PROGRAM}/${folder}/*`,
    // Each text is a little different from the next, so each has a name of its own.
    name: `${license ?? 'unnamed'}-${String(name)
      .replace(/[^a-z0-9.]+/gi, '-')
      .replace(/^-/, '')}`,
    text: common ?? text ?? `Licence as the package names it: ${license}`,
    holders: holders.length > 0 ? holders : people.length > 0 ? [people.join(', ')] : [`The authors of ${name}`],
  };
}

/** Some packages have their licence at the end of their README. @param {string} folder */
function inReadme(folder) {
  const file = path.join(folder, 'README.md');
  if (!existsSync(file)) return undefined;
  return /^#+ *licen[cs]e[^\n]*\n+([\s\S]+)/im.exec(readFileSync(file, 'utf8'))?.[1];
}
