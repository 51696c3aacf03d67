import { withoutSecrets } from '../config/config.ts';
import type { GivenKey } from './given-keys.ts';
import type { KnownKey } from './known-keys.ts';

/** How much of a value is repeated, in letters. */
const MAX_SHOWN_LETTERS = 80;

/** What is taken of a value, and what is wrong with it. Of a list the good parts are taken. */
export interface Judgement {
  /** Absent when nothing can be taken. */
  readonly value?: unknown;
  /** One line for each fault. */
  readonly faults: readonly string[];
}

/** Looks at one key by itself. */
export function judgeValue({ name, known, value }: GivenKey): Judgement {
  const { listOf, expects } = known.meta;
  if (listOf === undefined) return judgeOne(name, known, value);
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (all.length > listOf) return { faults: [`${name}: a list of ${all.length}; expected ${expects}`] };
  const judged = all.map((one, index) => judgeOne(all.length === 1 ? name : `${name}[${index + 1}]`, known, one));
  const faults = judged.flatMap((one) => one.faults);
  const good = judged.flatMap((one) => (one.faults.length === 0 ? [one.value] : []));
  return all.length > 0 && good.length === 0 ? { faults } : { value: good, faults };
}

function judgeOne(name: string, { schema, meta }: KnownKey, value: unknown): Judgement {
  const result = schema.safeParse(value);
  if (result.success) return { value: result.data, faults: [] };
  const custom = result.error.issues.find(({ code }) => code === 'custom')?.message;
  return { faults: [`${name} = ${shown(value, meta)}: ${custom ? `${custom}; ` : ''}expected ${meta.expects}`] };
}

/** A value for people; of what is secret nothing. */
export function shown(value: unknown, { secret }: KnownKey['meta']): string {
  if (secret) return '(not shown)';
  const text = withoutSecrets(typeof value === 'number' ? `${value}` : (JSON.stringify(value) ?? ''));
  return text.length > MAX_SHOWN_LETTERS ? `${text.slice(0, MAX_SHOWN_LETTERS)}…` : text;
}
