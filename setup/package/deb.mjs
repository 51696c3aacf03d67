import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fill, foldersOf, installedKib, md5sums } from './control.mjs';
import { ask } from './sysroot.mjs';

const SCRIPTS = ['postinst', 'prerm', 'postrm'];

/**
 * Makes the .deb. Twice from the same gives the same bytes: files are sorted by dpkg-deb, everything is root's, and all
 * times are that of the last commit.
 *
 * @param {string} debianFolder templates of what dpkg is told
 * @param {readonly import('./contents.mjs').Packed[]} contents
 * @param {{ deb: string, tree: string, epochS: number, values: Record<string, string> }} options `tree`: a folder of ours
 * @returns {Promise<void>}
 */
export async function makeDeb(debianFolder, contents, { deb, tree, epochS, values }) {
  rmSync(tree, { recursive: true, force: true });
  const files = contents.map((packed) => {
    const file = path.join(tree, packed.to);
    mkdirSync(path.dirname(file), { recursive: true });
    if ('from' in packed) copyFileSync(packed.from, file);
    else writeFileSync(file, packed.content);
    chmodSync(file, packed.mode);
    return { to: packed.to, file, size: lstatSync(file).size };
  });
  const control = path.join(tree, 'DEBIAN');
  mkdirSync(control);
  /** @param {string} name */
  const template = (name) => readFileSync(path.join(debianFolder, name), 'utf8');
  const conffiles = template('conffiles');
  const all = { ...values, INSTALLED_SIZE: String(installedKib(files)) };
  const told = {
    control: fill(template('control'), all),
    conffiles,
    md5sums: md5sums(files, conffiles.trim().split('\n')),
    ...Object.fromEntries(SCRIPTS.map((name) => [name, fill(template(name), all)])),
  };
  for (const [name, text] of Object.entries(told)) {
    const file = path.join(control, name);
    writeFileSync(file, text);
    chmodSync(file, SCRIPTS.includes(name) ? 0o755 : 0o644);
  }
  const folders = ['DEBIAN', ...foldersOf(files.map(({ to }) => to)), '.'].map((folder) => path.join(tree, folder));
  for (const folder of folders) chmodSync(folder, 0o755);
  const controls = Object.keys(told).map((name) => path.join(control, name));
  for (const one of [...files.map(({ file }) => file), ...controls, ...folders]) utimesSync(one, epochS, epochS);
  mkdirSync(path.dirname(deb), { recursive: true });
  await ask('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', tree, deb], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epochS) },
  });
}
