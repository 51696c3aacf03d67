import { z } from 'zod';
import type { KeyMeta } from '../config/key.ts';
import { configSchema } from '../config/schema.ts';
import { nearest } from './nearest.ts';
import { bootSchema } from './schema.ts';

/** A key that may stand in the settings file. */
export interface KnownKey {
  readonly section: string;
  readonly key: string;
  readonly schema: z.ZodType;
  readonly meta: KeyMeta;
}

/** A section that may stand there. */
export interface KnownSection {
  readonly name: string;
  /** Whether there may be several: `[[push]]`. */
  readonly isList: boolean;
  /** Whether it belongs to the box's own configuration. */
  readonly isOwn: boolean;
  readonly keys: ReadonlyMap<string, KnownKey>;
}

const shapes = (schema: z.ZodObject<Record<string, z.ZodType>>, isOwn: boolean): KnownSection[] =>
  Object.entries(schema.shape).map(([name, section]) => {
    const whole = section instanceof z.ZodPrefault || section instanceof z.ZodDefault ? section.unwrap() : section;
    const isList = whole instanceof z.ZodArray;
    const table = (isList ? whole.element : whole) as z.ZodObject<Record<string, z.ZodType>>;
    const keys = Object.entries(table.shape).map(([key, of]): [string, KnownKey] => [
      key,
      { section: name, key, schema: of, meta: of.meta() as unknown as KeyMeta },
    ]);
    return { name, isList, isOwn, keys: new Map(keys) };
  });

/** Every section that may stand in the settings file, by its name: those of the card first. */
export const SECTIONS: ReadonlyMap<string, KnownSection> = new Map(
  [...shapes(bootSchema, false), ...shapes(configSchema, true)].map((section) => [section.name, section]),
);

/** Names that people try instead of those of sections. */
const SECTION_ALIASES: Readonly<Record<string, string>> = {
  hostname: 'box',
  name: 'box',
  wlan: 'wifi',
  'wi-fi': 'wifi',
  wireless: 'wifi',
  ethernet: 'network',
  lan: 'network',
  ip: 'network',
  icecast: 'push',
  desk: 'http',
  admin: 'http',
};

/** How a section is written: `[wifi]`. */
export function headText({ name, isList }: KnownSection): string {
  return isList ? `[[${name}]]` : `[${name}]`;
}

/** What to say of the name of a section that there is not. */
export function sectionAdvice(typed: string): string {
  const alias = Object.hasOwn(SECTION_ALIASES, typed.toLowerCase()) ? SECTION_ALIASES[typed.toLowerCase()] : undefined;
  const near = SECTIONS.get(alias ?? nearest(typed, SECTIONS.keys()) ?? '');
  return near
    ? `did you mean ${headText(near)}?`
    : `expected one of ${[...SECTIONS.values()].map(headText).join(', ')}`;
}

/** What to say of a name that a section does not have: what was meant, or where it belongs. */
export function keyAdvice(typed: string, section: KnownSection): string {
  const small = typed.toLowerCase();
  const alias = [...section.keys.values()].find(({ meta }) => meta.aliases?.includes(small));
  const near = alias?.key ?? nearest(typed, section.keys.keys());
  if (near !== undefined) return `did you mean ${near}?`;
  const home = sectionOf(typed);
  if (home !== undefined) return `it belongs below ${headText(home)}`;
  return `expected one of ${[...section.keys.keys()].join(', ')}`;
}

/** The only section that has a key of that name; undefined when none or several have. */
export function sectionOf(key: string): KnownSection | undefined {
  const homes = [...SECTIONS.values()].filter(({ keys }) => keys.has(key));
  return homes.length === 1 ? homes[0] : undefined;
}

/** Whether a word is, or was meant to be, the name of a key: then it may be shown. */
export function looksLikeKey(typed: string): boolean {
  const name = typed.split('.').at(-1) ?? '';
  return [...SECTIONS.values()].some(
    ({ keys }) =>
      keys.has(name) ||
      nearest(name, keys.keys()) !== undefined ||
      [...keys.values()].some(({ meta }) => meta.aliases?.includes(name.toLowerCase())),
  );
}
