import { readFileSync } from 'node:fs';
import { parse, TomlError } from 'smol-toml';
import type { z } from 'zod';
import { CertificateError, readCertificate } from '../http/tls.ts';
import { crossFaults } from './cross-faults.ts';
import type { KeyMeta } from './key.ts';
import { type Config, configSchema, MAX_PUSHES } from './schema.ts';

/** Where the configuration is looked for when none is named. */
export const CONFIG_PATHS: readonly string[] = ['boardfeed.toml', '/etc/boardfeed/boardfeed.toml'];

/** Every fault of a configuration at once, one a line. */
export class ConfigError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

/** What the command line puts above the file. */
export type Overrides = { [Section in Exclude<keyof Config, 'push'>]?: { [Key in keyof Config[Section]]?: unknown } };

/** Parses TOML text. Throws `ConfigError`; `where` names the text in its messages. Above a file go the `overrides`. */
export function parseConfig(toml: string, where: string, overrides: Overrides = {}): Config {
  let data: Record<string, unknown>;
  try {
    data = parse(toml);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [message] = error.message.split('\n');
    throw new ConfigError([`${where}, line ${error.line}, column ${error.column}: ${message}`]);
  }
  const config = check(merge(check(data, where), overrides), 'command line');
  const crossed = crossFaults(config).map((fault) => `${where}: ${fault}`);
  if (crossed.length > 0) throw new ConfigError(crossed);
  return config;
}

/**
 * Reads the configuration: the named file, else the first of `CONFIG_PATHS` that exists, else all defaults.
 * Throws `ConfigError`, also for a named file that cannot be read.
 */
export function loadConfig(
  path: string | undefined,
  overrides: Overrides = {},
  paths = CONFIG_PATHS,
): { config: Config; path?: string } {
  for (const candidate of path === undefined ? paths : [path]) {
    let toml: string;
    try {
      toml = readFileSync(candidate, 'utf8');
    } catch (error) {
      if (path === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      throw new ConfigError([`${candidate}: cannot be read: ${(error as Error).message}`]);
    }
    const config = parseConfig(toml, candidate, overrides);
    checkTlsFiles(config, candidate);
    return { config, path: candidate };
  }
  return { config: parseConfig('', 'command line', overrides) };
}

/** Throws `ConfigError` when the certificate is no good. */
function checkTlsFiles({ tls }: Config, where: string): void {
  if (tls.certificate === '') return;
  try {
    readCertificate(tls);
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    throw new ConfigError([`${where}: tls.${error.fault} = ${JSON.stringify(tls[error.fault])}: ${error.message}`]);
  }
}

function check(data: Record<string, unknown>, where: string): Config {
  const result = configSchema.safeParse(data);
  if (result.success) return result.data;
  const found = result.error.issues.flatMap((issue) => faults(issue, data, where));
  throw new ConfigError([...new Set(found)]);
}

function faults(issue: z.core.$ZodIssue, data: unknown, where: string): string[] {
  const { name, section, key, path } = placeOf(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const prefix = name ? `${name}.` : '';
    return issue.keys.map((unknown) => `${where}: ${prefix}${unknown}: no such key; expected ${knownKeys(section)}`);
  }
  const meta = keyMeta(section, key);
  const value = path.reduce<unknown>((at, step) => (at as Record<PropertyKey, unknown> | undefined)?.[step], data);
  const shown = meta?.secret ? '(not shown)' : withoutSecrets(JSON.stringify(value) ?? '');
  const why = issue.code === 'custom' ? `${issue.message}; ` : '';
  if (meta && value === undefined) return [`${where}: ${name}: missing; expected ${meta.expects}`];
  if (meta) return [`${where}: ${name} = ${shown}: ${why}expected ${meta.expects}`];
  // What stands in the place of whole tables may be anything, and hold anything.
  if (isList(section)) {
    return [`${where}: ${name}: expected a table of keys below [[${section}]], ${MAX_PUSHES} of them at most`];
  }
  return [`${where}: ${name} = ${shown}: expected a table of keys`];
}

/** Where in the file a fault is: `mp3.bitrate_kbps`, or `push[1].url` for the first table. A fault within a list is one of its key. */
function placeOf([section, ...rest]: PropertyKey[]) {
  const inList = typeof section === 'string' && isList(section) && typeof rest[0] === 'number';
  const [index, key] = inList ? rest : [undefined, rest[0]];
  const path = [section, index, key].filter((step): step is PropertyKey => step !== undefined);
  const table = inList ? `${section}[${Number(index) + 1}]` : String(section ?? '');
  return { section, key, path, name: key === undefined ? table : `${table}.${String(key)}` };
}

/** Without what stands between `//` and `@` in an address. */
export function withoutSecrets(text: string): string {
  return text.replace(/(?<=:\/\/)[^/@]*(?=@)/g, '…');
}

const sections = configSchema.shape;

/** Whether there may be several tables of that name: `[[push]]`. */
export function isList(section: PropertyKey | undefined): section is 'push' {
  return section === 'push';
}

/** The keys of one section. */
export function keysOf(section: keyof Config): [string, KeyMeta][] {
  const table = isList(section) ? sections[section].def.innerType.element : sections[section].def.innerType;
  const { shape } = table as z.ZodObject<Record<string, z.ZodType>>;
  return Object.entries(shape).map(([key, schema]) => [key, schema.meta() as unknown as KeyMeta]);
}

const isSection = (name: unknown): name is keyof Config => typeof name === 'string' && Object.hasOwn(sections, name);

function keyMeta(section: PropertyKey | undefined, key: PropertyKey | undefined): KeyMeta | undefined {
  return isSection(section) ? keysOf(section).find(([name]) => name === key)?.[1] : undefined;
}

function knownKeys(section: PropertyKey | undefined): string {
  return `one of ${(isSection(section) ? keysOf(section).map(([key]) => key) : Object.keys(sections)).join(', ')}`;
}

function merge(config: Config, overrides: Overrides): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...config };
  for (const [section, keys] of Object.entries(overrides)) {
    merged[section] = { ...config[section as keyof Overrides], ...keys };
  }
  return merged;
}
