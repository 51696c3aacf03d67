import { readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { ConfigError, parseConfig } from '../config/config.ts';
import { ConfigFile } from '../config/config-file.ts';
import { replaceFile, WriteProblem } from '../config/replace-file.ts';
import type { Config } from '../config/schema.ts';
import type { Fault } from './fault.ts';

/** Where a configuration is kept that could not be used. */
export const BROKEN_SUFFIX = '.broken';

/**
 * The box's own configuration, without faults: one that is not there is made from the package's, one that cannot be used is set
 * aside first, and that is said. Rejects with `WriteProblem`.
 *
 * @param defaults the package's configuration of a new box
 */
export async function soundConfig(file: string, defaults: string): Promise<{ config: Config; faults: Fault[] }> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => error);
  const isMissing = bytes instanceof Error && bytes.code === 'ENOENT';
  const found = isMissing ? undefined : await current(file);
  if (found && !(found instanceof Error)) return { config: found, faults: [] };
  if (bytes instanceof Buffer) await replaceFile(file + BROKEN_SUFFIX, bytes);
  else if (!isMissing) await setAside(file);
  const { text, config } = await fresh(defaults);
  await replaceFile(file, text);
  if (isMissing) return { config, faults: [] };
  const name = path.basename(file);
  const [why] = found?.message.split('\n') ?? [];
  const words = `the box's own settings could not be used (${why}); they are kept as ${name}${BROKEN_SUFFIX}, and those of a new box were put in their place`;
  return { config, faults: [{ words }] };
}

async function current(file: string): Promise<Config | Error> {
  try {
    return await new ConfigFile(file).current();
  } catch (error) {
    if (error instanceof ConfigError || error instanceof WriteProblem) return error;
    throw error;
  }
}

async function setAside(file: string): Promise<void> {
  await rename(file, file + BROKEN_SUFFIX).catch((error: Error) => {
    throw new WriteProblem(`${file} can neither be read nor set aside: ${error.message}`);
  });
}

/** What a new box has; should even that be lost, what the program itself has. */
async function fresh(defaults: string): Promise<{ text: string; config: Config }> {
  const text = await readFile(defaults, 'utf8').catch(() => ''); // Then the program's own values count.
  try {
    return { text, config: parseConfig(text, defaults) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { text: '', config: parseConfig('', 'defaults') };
  }
}
