import type { Fault } from './fault.ts';
import {
  headText,
  type KnownKey,
  type KnownSection,
  keyAdvice,
  looksLikeKey,
  SECTIONS,
  sectionAdvice,
  sectionOf,
} from './known-keys.ts';
import type { Head, Pair, Statement, Unreadable } from './statements.ts';

/** Something that stands in the file under a name that is known. */
export interface GivenKey {
  /** `wifi.ssid`, or `push[2].url`. */
  readonly name: string;
  readonly known: KnownKey;
  readonly line: number;
  readonly value: unknown;
  /** Where its statement stands in the text. */
  readonly from: number;
  readonly to: number;
  /** Whether that statement says nothing else. */
  readonly alone: boolean;
}

/** One table of the file: a section, or one of several of that name. */
export interface GivenTable {
  /** `wifi`, or `push[2]`. */
  readonly name: string;
  readonly section: KnownSection;
  /** Where it begins. */
  readonly line: number;
  readonly keys: Map<string, GivenKey>;
  /** Keys that stand there and cannot be read. */
  readonly unreadable: Set<string>;
}

/** The longest name that is repeated. */
const MAX_NAME_LETTERS = 40;

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** Sorts what a file says by its sections. Whatever has no place there is a fault, and everything else stays. */
export class GivenKeys {
  readonly tables = new Map<string, GivenTable>();
  readonly faults: Fault[] = [];
  /** Where the next keys belong: to no section yet, to one, or to none that is known. */
  #place: GivenTable | 'top' | 'nowhere' = 'top';

  constructor(statements: readonly Statement[]) {
    for (const statement of statements) {
      if (statement.kind === 'head') this.#head(statement);
      else if (statement.kind === 'unreadable') this.#unreadable(statement);
      else if (this.#place === 'top') this.#top(statement);
      else if (this.#place !== 'nowhere') this.#keys(this.#place, statement, statement.data, true);
    }
  }

  /** The tables of one section, in order. */
  of(section: string): GivenTable[] {
    return [...this.tables.values()].filter((table) => table.section.name === section);
  }

  #head({ names, isList, line }: Head): void {
    const typed = names.join('.');
    const section = SECTIONS.get(typed);
    this.#place = 'nowhere';
    const leftOut = 'what stands below it is left out';
    if (!section) this.#fault(line, `[${short(typed)}]: no such section; ${sectionAdvice(typed)}; ${leftOut}`);
    else if (section.isList !== isList)
      this.#fault(line, `${isList ? `[[${typed}]]` : `[${typed}]`}: expected ${headText(section)}; ${leftOut}`);
    else this.#place = this.#table(section, line);
  }

  /** The table that keys go to now: a section that stands there twice is one. */
  #table(section: KnownSection, line: number): GivenTable {
    const name = section.isList ? `${section.name}[${this.of(section.name).length + 1}]` : section.name;
    const table = this.tables.get(name) ?? { name, section, line, keys: new Map(), unreadable: new Set<string>() };
    this.tables.set(name, table);
    return table;
  }

  /** Above all sections stand `section.key = value` and `section = { key = value }`, if anything. */
  #top(pair: Pair): void {
    for (const [name, value] of Object.entries(pair.data)) {
      const section = SECTIONS.get(name);
      const tables = section?.isList ? value : [value];
      if (section && Array.isArray(tables) && tables.every(isTable)) {
        const alone = tables.length === 1 && Object.keys(pair.data).length === 1 && !section.isList;
        for (const table of tables) this.#keys(this.#table(section, pair.line), pair, table, alone);
      } else if (section) this.#fault(pair.line, `${name}: expected a section: ${headText(section)}`);
      else {
        const home = sectionOf(name);
        const advice = home
          ? `${headText(home)} must stand in a line above it`
          : `there is no [section] above it; ${sectionAdvice(name)}`;
        this.#fault(pair.line, `${short(name)}: ${advice}`);
      }
    }
  }

  #keys(table: GivenTable, { line, from, to }: Pair, data: Readonly<Record<string, unknown>>, alone: boolean): void {
    const entries = Object.entries(data);
    for (const [key, value] of entries) {
      const name = `${table.name}.${key}`;
      const known = table.section.keys.get(key);
      const first = table.keys.get(key);
      if (!known) this.#fault(line, `${short(name)}: no such key; ${keyAdvice(key, table.section)}`);
      else if (first) this.#fault(line, `${name} stands in line ${first.line} already, and that one counts`);
      else table.keys.set(key, { name, known, line, value, from, to, alone: alone && entries.length === 1 });
    }
  }

  #unreadable({ line, key, isHead, words }: Unreadable): void {
    if (isHead) {
      this.#place = 'nowhere';
      this.#fault(line, `${words}; what stands below is left out until the next section`);
      return;
    }
    if (this.#place === 'nowhere') return;
    const bare = key.replaceAll(/["']/g, '').trim();
    if (typeof this.#place === 'object') this.#place.unreadable.add(bare);
    this.#fault(line, `${looksLikeKey(bare) ? `${short(bare)}: ` : ''}${words}`);
  }

  #fault(line: number, words: string): void {
    this.faults.push({ line, words });
  }
}

function short(name: string): string {
  return name.length > MAX_NAME_LETTERS ? `${name.slice(0, MAX_NAME_LETTERS)}…` : name;
}
