import type { Value } from '../config/edit.ts';
import { MAX_PUSHES } from '../config/schema.ts';
import { lackOf } from './boot-settings.ts';
import type { Fault } from './fault.ts';
import type { GivenKey, GivenKeys, GivenTable } from './given-keys.ts';
import { judgeValue } from './judge-value.ts';
import { SECTIONS } from './known-keys.ts';

/** One key of the box's own configuration as the file wants it. */
export interface OwnKey {
  readonly name: string;
  readonly value: Value;
  readonly given: GivenKey;
}

/** One server of `[[push]]` as the file wants it. */
export interface OwnPush {
  readonly name: string;
  readonly line: number;
  readonly keys: Readonly<Record<string, Value>>;
}

/** What the file wants of the box's own configuration: each key is good by itself. */
export interface OwnSettings {
  readonly keys: readonly OwnKey[];
  /** All servers that are to be there; none: those of the box stay. */
  readonly pushes: readonly OwnPush[];
}

/** What the file says of the box's own configuration, and what of that cannot be taken. */
export function ownSettings(given: GivenKeys): { settings: OwnSettings; faults: Fault[] } {
  const faults: Fault[] = [];
  const keys: OwnKey[] = [];
  const pushes: OwnPush[] = [];
  for (const table of given.tables.values()) {
    if (!table.section.isOwn) continue;
    const good = [...table.keys.values()].flatMap((key) => judged(key, faults));
    if (!table.section.isList) keys.push(...good);
    else pushes.push(...wholePush(table, good, faults));
  }
  for (const { name, line } of pushes.slice(MAX_PUSHES))
    faults.push({ line, words: `${name}: expected ${MAX_PUSHES} of them at most` });
  return { settings: { keys, pushes: pushes.slice(0, MAX_PUSHES) }, faults };
}

function judged(given: GivenKey, faults: Fault[]): OwnKey[] {
  const { value, faults: found } = judgeValue(given);
  for (const words of found) faults.push({ line: given.line, words });
  return value === undefined ? [] : [{ name: given.name, value: value as Value, given }];
}

/** A server without its address or its password is none. */
function wholePush(table: GivenTable, good: readonly OwnKey[], faults: Fault[]): OwnPush[] {
  const keys = Object.fromEntries(good.map(({ given, value }) => [given.known.key, value]));
  const needed = [...(SECTIONS.get(table.section.name)?.keys.values() ?? [])].filter(
    ({ schema }) => !schema.isOptional(),
  );
  const lacking = needed.filter(({ key }) => keys[key] === undefined);
  if (lacking.length === 0) return [{ name: table.name, line: table.line, keys }];
  const reasons = lacking.map(({ key }) => lackOf(table, key));
  faults.push({ line: table.line, words: `${table.name}: is left out: ${reasons.join('; ')}` });
  return [];
}
