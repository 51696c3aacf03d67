import path from 'node:path';
import { filesBelow } from '../stamp.mjs';

/** Where the program lies on a machine. */
export const PROGRAM = 'usr/lib/boardfeed';

/**
 * A file of the package: where it goes, and where it comes from.
 *
 * @typedef {{ to: string, mode: number } & ({ from: string } | { content: string | Buffer })} Packed
 */

/**
 * What npm packages hold beside the program: documents, tests, types for the compiler, commands of their own; and addons for the
 * machine that this runs on, see `addons.mjs`.
 */
const UNWANTED_FOLDERS = new Set(
  'test tests __tests__ doc docs example examples bench benchmark benchmarks integration integration-test coverage scripts tools man bin'.split(
    ' ',
  ),
);
const UNWANTED_FILES =
  /^\.|\.(md|markdown|ts|mts|cts|map|yml|yaml|png|ico|html|sh|txt|gyp|gypi|mk|c|cc|h|o|d|node)$|\.test\.[cm]?js$|^(bin|cli|build-test|optional)\.js$|^eslint\.config|^tsconfig|^Makefile$/i;
/** Their texts stand in the package's own copyright file. */
const LICENCES = /^(licen[cs]e|copying|authors|notice|changelog|history|readme|CNAME)(\.|-|$)/i;

/**
 * Whether a file of an npm package is needed at run time.
 *
 * @param {string} file its path within the npm package
 */
export function isNeeded(file) {
  const folders = file.split('/');
  const name = folders.pop() ?? '';
  if (folders.some((folder) => folder.startsWith('.') || folder === 'obj.target')) return false;
  return !UNWANTED_FOLDERS.has(folders[0] ?? '') && !UNWANTED_FILES.test(name) && !LICENCES.test(name);
}

/**
 * The npm packages that the box runs with.
 *
 * @param {{ packages: Record<string, { dev?: boolean, devOptional?: boolean }> }} lock `package-lock.json`
 * @returns {string[]} their folders, sorted; not the pinned Node, of which only the program itself is wanted
 */
export function productionModules({ packages }) {
  return Object.entries(packages)
    .filter(([folder, { dev, devOptional }]) => folder !== '' && !dev && !devOptional)
    .map(([folder]) => folder)
    .filter((folder) => !folder.startsWith('node_modules/node-linux-'))
    .sort();
}

/** Where the files of `systemd/` go, by their ending. @type {readonly [RegExp, (name: string) => string][]} */
const PLACES = [
  [/\.(service|path|socket|timer)$/, (name) => `usr/lib/systemd/system/${name}`],
  [/\.sysusers$/, (name) => `usr/lib/sysusers.d/${path.parse(name).name}.conf`],
  [/\.tmpfiles$/, (name) => `usr/lib/tmpfiles.d/${path.parse(name).name}.conf`],
  [/^\d.*boardfeed.*\.rules$/, (name) => `usr/lib/udev/rules.d/${name}`],
  [/\.polkit$/, (name) => `usr/share/polkit-1/rules.d/${path.parse(name).name}.rules`],
  [/\.avahi$/, (name) => `etc/avahi/services/${path.parse(name).name}.service`],
  [/^10-watchdog\.conf$/, (name) => `usr/share/doc/boardfeed/examples/${name}`],
];

/** @param {string} name of a file in `systemd/` @returns {string} where the package puts it */
export function placeOf(name) {
  const place = PLACES.find(([pattern]) => pattern.test(name));
  if (place === undefined) throw new Error(`systemd/${name}: nobody has said where that goes on a machine.`);
  return place[1](name);
}

/**
 * Everything in the package that lies in the project as it is, without what is built for one architecture.
 *
 * @param {string} projectFolder
 * @param {Parameters<typeof productionModules>[0]} lock
 * @returns {Packed[]}
 */
export function commonContents(projectFolder, lock) {
  /** @param {string} folder @param {(file: string) => boolean} [wanted] @returns {Packed[]} */
  const below = (folder, wanted = () => true) =>
    filesBelow(path.join(projectFolder, folder), (name) => name !== 'node_modules')
      .map((from) => ({ from, file: path.relative(path.join(projectFolder, folder), from) }))
      .filter(({ file }) => wanted(file))
      .map(({ from, file }) => ({ from, to: path.join(PROGRAM, folder, file), mode: 0o644 }));
  return [
    ...below('src', (file) => !file.startsWith('page/') && /(?<!\.d)\.ts$/.test(file)),
    ...below('build/page', (file) => !file.startsWith('.')),
    ...productionModules(lock).flatMap((folder) => below(folder, isNeeded)),
    ...filesBelow(path.join(projectFolder, 'systemd'), (name) => !name.startsWith('.')).map((from) => ({
      from,
      to: placeOf(path.basename(from)),
      mode: 0o644,
    })),
  ];
}
