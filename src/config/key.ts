import { z } from 'zod';
import { parsePassword } from '../http/passwords.ts';

/** What a key is, for people: it stands in the example file and in error messages. */
export interface KeyMeta {
  help: string;
  /** What is accepted, with unit and range: `a whole number of ms from 2 to 100`. */
  expects: string;
  /** What the example file shows for a key that has no default. */
  example?: string;
  /** Its value is never shown. */
  secret?: boolean;
  /** Names that people try instead of its own. */
  aliases?: readonly string[];
  /** Several of it may stand there, as a list, but no more than so many. */
  listOf?: number;
  /** What sort of value it takes; absent where that is of no use to anybody. */
  kind?: 'text' | 'number' | 'flag' | 'choice' | 'channels';
  /** Of a number or of the choices: `ms`. */
  unit?: string;
  /** The values of a choice. */
  choices?: readonly (string | number)[];
  /** The range of a number. */
  range?: { readonly min: number; readonly max: number };
}

const key = <T extends z.ZodType>(schema: T, fallback: z.output<T>, meta: KeyMeta) =>
  schema.default(fallback as never).meta({ ...meta });

/** A number within a range, whole unless `fraction` is set. */
export function number(
  fallback: number,
  range: { min: number; max: number; unit?: string; fraction?: boolean },
  help: string,
) {
  const { min, max, unit, fraction } = range;
  const what = fraction ? 'a number' : 'a whole number';
  const schema = (fraction ? z.number() : z.int()).min(min).max(max);
  const expects = `${what}${unit ? ` of ${unit}` : ''} from ${min} to ${max}`;
  return key(schema, fallback, { help, expects, kind: 'number', range: { min, max }, ...(unit && { unit }) });
}

/** One of a few values. */
export function choice<const T extends string | number>(fallback: T, values: readonly T[], unit: string, help: string) {
  const listed = values.map((value) => JSON.stringify(value)).join(', ');
  const expects = `one of ${listed}${unit ? ` ${unit}` : ''}`;
  return key(z.literal(values), fallback, { help, expects, kind: 'choice', choices: values, unit });
}

/** A text that a pattern describes. */
export function text(fallback: string, pattern: RegExp, expects: string, help: string) {
  return key(z.string().regex(pattern), fallback, { help, expects, kind: 'text' });
}

/** A password, empty for none: as it is typed, or its hash. */
export function password(help: string) {
  const schema = z.string().superRefine((typed, context) => {
    if (typed === '') return;
    try {
      parsePassword(typed);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
    }
  });
  const expects =
    'a text of 1 to 256 characters, or the hash of one as "boardfeed hash-password" prints it ("$scrypt$..." or "$argon2id$..."), or "" for none';
  return key(schema, '', { help, expects, secret: true });
}

/** A text that must be given. */
export function requiredText(schema: z.ZodType<string>, meta: KeyMeta & { example: string }) {
  return schema.meta({ ...meta });
}

/** Yes or no. */
export function flag(fallback: boolean, help: string) {
  return key(z.boolean(), fallback, { help, expects: 'true or false', kind: 'flag' });
}

/** One channel or a pair of a card, counted from 1. */
export function channels(fallback: number[], help: string) {
  const channel = z.int().min(1).max(64);
  const schema = z.array(channel).min(1).max(2);
  const expects = 'one or two channel numbers from 1 to 64, such as [1, 2]';
  return key(schema, fallback, { help, expects, kind: 'channels' });
}
