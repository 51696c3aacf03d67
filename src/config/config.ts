import { readFileSync } from 'node:fs';
import { parse, TomlError } from 'smol-toml';
import type { z } from 'zod';
import { CertificateError, readCertificate } from '../http/tls.ts';
import type { KeyMeta } from './key.ts';
import { type Config, configSchema } from './schema.ts';

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
export type Overrides = { [Section in keyof Config]?: { [Key in keyof Config[Section]]?: unknown } };

/** Parses TOML text. Throws `ConfigError`; `where` names the text in its messages. */
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

/** Rules between keys, which no key can state alone. */
function crossFaults({ input, mp3, opus, flac, wav, listeners, http, tls }: Config): string[] {
  const found: string[] = [];
  if (input.buffer_ms < 2 * input.period_ms) {
    found.push(`input.buffer_ms = ${input.buffer_ms}: expected at least twice input.period_ms (${input.period_ms})`);
  }
  if (input.channels[0] === input.channels[1]) {
    found.push(
      `input.channels = [${input.channels.join(', ')}]: expected two different channels; for one, write [${input.channels[0]}]`,
    );
  }
  if (listeners.burst_ms > listeners.backlog_ms / 2) {
    found.push(
      `listeners.burst_ms = ${listeners.burst_ms}: expected at most half of listeners.backlog_ms (${listeners.backlog_ms})`,
    );
  }
  if (![mp3, opus, flac, wav].some(({ enabled }) => enabled)) {
    found.push('mp3.enabled, opus.enabled, flac.enabled, wav.enabled: expected at least one format');
  }
  if ((tls.certificate === '') !== (tls.key === '')) found.push('tls.certificate, tls.key: expected both or none');
  if (tls.certificate !== '' && tls.port === http.port) {
    found.push(`tls.port = ${tls.port}: expected another port than http.port`);
  }
  return found;
}

function faults(issue: z.core.$ZodIssue, data: unknown, where: string): string[] {
  const path = issue.path.slice(0, 2); // A fault within a list is a fault of its key.
  const name = path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const prefix = name ? `${name}.` : '';
    return issue.keys.map((key) => `${where}: ${prefix}${key}: no such key; expected ${knownKeys(path)}`);
  }
  const value = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], data);
  const meta = keyMeta(path);
  const shown = meta?.secret ? '(not shown)' : JSON.stringify(value);
  const why = issue.code === 'custom' ? `${issue.message}; ` : '';
  return [`${where}: ${name} = ${shown}: ${why}expected ${meta?.expects ?? 'a table of keys'}`];
}

const sections = configSchema.shape;

/** The keys of one section. */
export function keysOf(section: keyof Config): [string, KeyMeta][] {
  const { shape } = sections[section].def.innerType as z.ZodObject<Record<string, z.ZodType>>;
  return Object.entries(shape).map(([key, schema]) => [key, schema.meta() as unknown as KeyMeta]);
}

const isSection = (name: unknown): name is keyof Config => typeof name === 'string' && Object.hasOwn(sections, name);

function keyMeta([section, key]: PropertyKey[]): KeyMeta | undefined {
  return isSection(section) ? keysOf(section).find(([name]) => name === key)?.[1] : undefined;
}

function knownKeys([section]: PropertyKey[]): string {
  return `one of ${(isSection(section) ? keysOf(section).map(([key]) => key) : Object.keys(sections)).join(', ')}`;
}

function merge(config: Config, overrides: Overrides): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).map(([section, keys]) => [section, { ...keys, ...overrides[section as keyof Config] }]),
  );
}
