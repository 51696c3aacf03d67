import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { projectDir } from '../../../setup/machine.mjs';

/** A file of the card's system, where it lies in the project. */
export const imageFile = (name: string) => path.join(projectDir, 'image', 'root', name);

/** How a script ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A root in a temporary folder, in which the scripts of the card run for real; programs that would change this machine are stand-ins that
 * keep a diary.
 */
export class FakeRoot {
  readonly folder: string;
  readonly #bin: string;

  constructor(t: ExecutionContext) {
    const home = mkdtempSync(path.join(tmpdir(), 'boardfeed-root-'));
    t.teardown(() => rmSync(home, { recursive: true, force: true }));
    this.folder = path.join(home, 'root');
    this.#bin = path.join(home, 'bin');
    for (const folder of [this.folder, this.#bin]) mkdirSync(folder);
    writeFileSync(this.#diary, '');
  }

  get #diary(): string {
    return path.join(this.#bin, 'diary');
  }

  path(name: string): string {
    return path.join(this.folder, name);
  }

  write(name: string, text: string): void {
    mkdirSync(path.dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  /** Undefined when it is not there. */
  read(name: string): string | undefined {
    return existsSync(this.path(name)) ? readFileSync(this.path(name), 'utf8') : undefined;
  }

  mode(name: string): string {
    return (statSync(this.path(name)).mode & 0o777).toString(8);
  }

  /** Puts a stand-in on PATH, whose calls are noted. */
  program(name: string, ...lines: string[]): void {
    const text = ['#!/bin/sh', `echo "${name} $*" >> ${this.#diary}`, ...lines, ''].join('\n');
    writeFileSync(path.join(this.#bin, name), text, { mode: 0o755 });
  }

  /** What the stand-ins were called with since the last question, with the root's folder left out. */
  diary(): string[] {
    const lines = readFileSync(this.#diary, 'utf8').replaceAll(this.folder, '').split('\n').filter(Boolean);
    writeFileSync(this.#diary, '');
    return lines;
  }

  /** Runs a script of the card, or with `-c` a text. */
  run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Ended {
    const { status, stdout, stderr } = spawnSync('sh', args, {
      encoding: 'utf8',
      timeout: 60_000,
      env: { PATH: `${this.#bin}:${process.env.PATH}:/usr/sbin:/sbin`, LC_ALL: 'C.UTF-8', ROOT: this.folder, ...env },
    });
    return { code: status, stdout, stderr };
  }
}
