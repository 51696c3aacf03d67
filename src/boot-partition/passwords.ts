import type { Changes } from '../config/config-file.ts';
import type { Config } from '../config/schema.ts';
import { hashPassword, matches, parsePassword } from '../http/passwords.ts';
import type { GivenKey } from './given-keys.ts';
import type { OwnKey } from './own-settings.ts';

/** What goes into the box's configuration, and which passwords are then no longer needed where they stand. */
export interface Hashed {
  readonly changes: Changes;
  readonly plain: readonly GivenKey[];
}

/** Puts a hash in the place of each password that is not one yet. One that the box knows by its hash already stays as it is there. */
export async function hashPasswords(keys: readonly OwnKey[], base: Config): Promise<Hashed> {
  const changes: Record<string, Changes[string]> = {};
  const plain: GivenKey[] = [];
  for (const { name, value, given } of keys) {
    if (typeof value !== 'string' || !isPlainPassword(given, value)) changes[name] = value;
    else {
      plain.push(given);
      const known = settingOf(base, given);
      if (!(await isHashOf(known, value))) changes[name] = await hashPassword(value);
    }
  }
  return { changes, plain };
}

function isPlainPassword({ known: { meta } }: GivenKey, value: string): boolean {
  return meta.secret === true && value !== '' && parsePassword(value).kind === 'plain';
}

function settingOf(config: Config, { known: { section, key } }: GivenKey): unknown {
  return (config as unknown as Record<string, Record<string, unknown>>)[section]?.[key];
}

async function isHashOf(known: unknown, typed: string): Promise<boolean> {
  if (typeof known !== 'string' || known === '') return false;
  const stored = parsePassword(known);
  return stored.kind !== 'plain' && (await matches(stored, typed));
}
