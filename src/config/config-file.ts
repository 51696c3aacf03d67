import { isUtf8 } from 'node:buffer';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { TomlError } from 'smol-toml';
import { CONFIG_PATHS, ConfigError, loadConfig, type Overrides, parseConfig } from './config.ts';
import type { Tables, Value } from './edit.ts';
import { replaceFile, WriteProblem, writeProblem } from './replace-file.ts';
import type { Config } from './schema.ts';

/** Names of keys, such as `input.device`, and their new values; or of a list such as `push`, and all its tables. */
export type Changes = Readonly<Record<string, Value | Tables>>;

/** Where changes go. */
export interface ConfigPlace {
  /** The file; absent when there is none and none can be made. */
  readonly file?: string;
  /** Why it cannot be written. */
  readonly problem?: string;
}

/** The configuration on the disk, with what the command line puts above it. */
export class ConfigFile {
  readonly overrides: Overrides;
  readonly #named: string | undefined;
  readonly #paths: readonly string[];
  /** Changes are made one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  /** @param named the file of the command line; undefined: the first of `paths` that exists */
  constructor(named: string | undefined, overrides: Overrides = {}, paths = CONFIG_PATHS) {
    this.#named = named;
    this.overrides = overrides;
    this.#paths = paths;
  }

  /** Reads it, see `loadConfig`. Throws `ConfigError`. */
  load(): { config: Config; path?: string } {
    return loadConfig(this.#named, this.overrides, this.#paths);
  }

  /** What stands in the file now. Rejects with `ConfigError`, which names no file, or `WriteProblem` when it cannot be read. */
  async current(): Promise<Config> {
    const { file } = await this.place();
    return parse(file === undefined ? '' : await read(file), this.overrides);
  }

  /** Where changes go, and whether they can: the file that is read, or a new one at the first place that can be written. */
  async place(): Promise<ConfigPlace> {
    const there = this.#named ?? this.#paths.find((file) => existsSync(file));
    if (there !== undefined)
      return { file: path.resolve(there), ...problemOf(await writeProblem(path.resolve(there))) };
    for (const file of this.#paths.map((one) => path.resolve(one)))
      if ((await writeProblem(file)) === undefined) return { file };
    return { problem: `there is no configuration file, and none can be made: ${this.#paths.join(', ')}` };
  }

  /**
   * Sets keys, and leaves everything else in the file as it is now, whoever has changed it. Resolves with the whole configuration
   * as it then stands in the file. Rejects with `ConfigError`, which names no file, or `WriteProblem`; then nothing has changed.
   *
   * @param approve may reject before anything is written
   */
  change(changes: Changes, approve: (config: Config) => Promise<void> = async () => {}): Promise<Config> {
    const changed = this.#last.then(() => this.#change(changes, approve));
    this.#last = changed.catch(() => {}); // Whoever asked hears of it; the next one must not.
    return changed;
  }

  async #change(changes: Changes, approve: (config: Config) => Promise<void>): Promise<Config> {
    const { file, problem } = await this.place();
    if (file === undefined || problem !== undefined) throw new WriteProblem(problem);
    const old = await read(file);
    let text = old;
    try {
      const { editToml } = await import('./edit.ts');
      text = editToml(old, changes);
    } catch (error) {
      // What is no TOML is said below. The two parsers might differ some day in what that is.
      if (!(error instanceof TomlError) && (error as Error).name !== 'ParseError') throw error;
      parse(old, this.overrides);
      throw new ConfigError([`${file} is written in a way that cannot be changed here: ${(error as Error).message}`]);
    }
    const config = parse(text, this.overrides);
    await approve(config);
    if (text !== old) await replaceFile(file, text);
    return config;
  }
}

const problemOf = (problem: string | undefined) => (problem === undefined ? {} : { problem });

async function read(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return '';
    throw new WriteProblem(`${file} cannot be read: ${message}`);
  }
  if (!isUtf8(bytes)) throw new ConfigError([`${path.basename(file)} is no UTF-8 text`]);
  return bytes.toString('utf8');
}

/** Where faults have no file before them: they stand on a page that is about one. */
function parse(text: string, overrides: Overrides): Config {
  const where = 'the file';
  try {
    return parseConfig(text, where, overrides);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(
      error.faults.map((fault) => (fault.startsWith(`${where}: `) ? fault.slice(where.length + 2) : fault)),
    );
  }
}
