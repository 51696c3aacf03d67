import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { projectDir } from '../../../setup/machine.mjs';
import { parseRelations } from '../../../setup/package/control.mjs';
import { filesBelow } from '../../../setup/stamp.mjs';
import type { DebianArch } from './machine.ts';

/** Everything that a package wants to have beside it. */
export function dependenciesOf(deb: string): string[] {
  return ['Pre-Depends', 'Depends', 'Recommends'].flatMap((field) => parseRelations(fieldOf(deb, field)));
}

/** One field of a package's control file; empty when it has none. */
export function fieldOf(deb: string, field: string): string {
  return execFileSync('dpkg-deb', ['--field', deb, field], { encoding: 'utf8' }).trim();
}

/** What the package is made from. */
const SOURCES = ['src', 'native', 'systemd', 'debian', 'setup', 'package.json', 'package-lock.json'];

/** Our package: `BOARDFEED_DEB`, or what `npm run package` has left in `dist/`, or makes now when that is missing or old. */
export function findDeb(arch: DebianArch, env: NodeJS.ProcessEnv = process.env): string {
  if (env.BOARDFEED_DEB) return resolve(env.BOARDFEED_DEB);
  const folder = join(projectDir, 'dist');
  const find = () => {
    const files = existsSync(folder) ? readdirSync(folder) : [];
    const ours = files.filter((name) => name.startsWith('boardfeed_') && name.endsWith(`_${arch}.deb`));
    return ours.map((name) => join(folder, name)).sort((a, b) => changedMs(b) - changedMs(a))[0];
  };
  const found = find();
  if (found && changedMs(found) > Math.max(...SOURCES.flatMap(filesOf).map(changedMs))) return found;
  execFileSync('npm', ['run', 'package'], { cwd: projectDir, stdio: 'inherit' });
  const made = find();
  if (!made) throw new Error(`npm run package left no boardfeed_*_${arch}.deb in ${folder}`);
  return made;
}

function filesOf(source: string): string[] {
  const whole = join(projectDir, source);
  return source.includes('.') ? [whole] : filesBelow(whole, (name) => name !== 'build');
}

const changedMs = (file: string): number => statSync(file).mtimeMs;

/** The same package under a higher version, as `to`. What it holds stays as it is, byte by byte, so that this is quick. */
export function raiseVersion(deb: string, to: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'boardfeed-deb-'));
  try {
    const parts = execFileSync('ar', ['t', deb], { encoding: 'utf8' }).trim().split('\n');
    execFileSync('ar', ['x', resolve(deb)], { cwd: folder });
    const control = join(folder, 'control');
    mkdirSync(control);
    const old = parts.find((name) => name.startsWith('control.tar')) ?? '';
    execFileSync('tar', ['-C', control, '-xpf', join(folder, old)]);
    const version = `${fieldOf(deb, 'Version')}+raised`;
    const file = join(control, 'control');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^Version: .*$/m, `Version: ${version}`));
    execFileSync('tar', ['--owner=0', '--group=0', '--numeric-owner', '-czf', 'control.tar.gz', '-C', control, '.'], {
      cwd: folder,
    });
    // An ar keeps the order in which it is given its parts, and dpkg wants this one.
    const inOrder = parts.map((name) => (name === old ? 'control.tar.gz' : name));
    rmSync(to, { force: true });
    execFileSync('ar', ['rcS', resolve(to), ...inOrder], { cwd: folder });
    return version;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
