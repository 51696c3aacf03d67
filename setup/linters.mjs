import { existsSync } from 'node:fs';
import path from 'node:path';
import { run } from './child.mjs';
import { filesBelow } from './stamp.mjs';

/** Where C lies. */
const C_FOLDERS = ['native', path.join('test', 'native'), path.join('test', 'network'), 'bench'];

/** @typedef {{ name: string, file: string, args: string[] }} Linter */

/**
 * Runs all linters at once and shows what those that fail have to say.
 *
 * @param {string} projectFolder
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string[]>} the names of those that failed
 */
export async function runLinters(projectFolder, env) {
  const linters = lintersFor(projectFolder);
  const ended = await Promise.all(
    linters.map(async (linter) => ({
      ...linter,
      ...(await run(linter.file, linter.args, { cwd: projectFolder, env, output: 'keep' })),
    })),
  );
  const failed = ended.filter((linter) => linter.code !== 0);
  for (const linter of failed)
    console.log(`${linter.output.trimEnd()}\n\n${linter.name} ended with exit code ${linter.code}.\n`);
  if (failed.length === 0)
    console.log(`${linters.map((linter) => linter.name).join(', ')}: nothing to complain about.`);
  return failed.map((linter) => linter.name);
}

/** @param {string} projectFolder @returns {Linter[]} */
function lintersFor(projectFolder) {
  /** @param {string} name */
  const bin = (name) => path.join(projectFolder, 'node_modules', '.bin', name);
  const colour = process.stdout.isTTY ? 'force' : 'off';
  /** @type {Linter[]} */
  const linters = [
    { name: 'tsc', file: bin('tsc'), args: ['--noEmit', '--pretty', String(process.stdout.isTTY === true)] },
    { name: 'tsc for the pages', file: bin('tsc'), args: ['--noEmit', '-p', path.join('src', 'page')] },
    { name: 'biome', file: bin('biome'), args: ['check', '--error-on-warnings', `--colors=${colour}`, '.'] },
  ];
  const cFiles = C_FOLDERS.flatMap((folder) =>
    filesBelow(path.join(projectFolder, folder), (name) => name !== 'build' && name !== 'node_modules'),
  ).filter((file) => /\.[ch]$/.test(file));
  // The npm package holds a program for x64 only. Debian's differs from release to release, and so does its opinion.
  const clangFormat = path.join(
    projectFolder,
    'node_modules',
    'clang-format',
    'bin',
    `linux_${process.arch}`,
    'clang-format',
  );
  if (!existsSync(clangFormat)) {
    console.log(`clang-format is left out: it exists for x64 only, and this machine is ${process.arch}.`);
  } else if (cFiles.length > 0) {
    linters.push({ name: 'clang-format', file: clangFormat, args: ['--dry-run', '-Werror', ...cFiles] });
  }
  return linters;
}
