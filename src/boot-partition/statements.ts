import { parse, TomlError } from 'smol-toml';
import { lineEnd, statementEnd } from './statement-end.ts';
import { syntaxFault } from './syntax-words.ts';

/** Something that the file says. Lines are counted from 1. */
export type Statement = Head | Pair | Unreadable;

/** `[name]` or `[[name]]`: what follows belongs to it. */
export interface Head {
  readonly kind: 'head';
  readonly line: number;
  /** More than one for `[a.b]`. */
  readonly names: readonly string[];
  readonly isList: boolean;
}

/** `key = value`. */
export interface Pair {
  readonly kind: 'pair';
  readonly line: number;
  /** Where it stands in the text, without a comment behind it. */
  readonly from: number;
  readonly to: number;
  /** One key with its value, or with a table when the key has dots in it. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** What cannot be read. */
export interface Unreadable {
  readonly kind: 'unreadable';
  readonly line: number;
  /** What stands where the key should; it may be anything, even a part of a password. */
  readonly key: string;
  /** Whether it was to be a section. */
  readonly isHead: boolean;
  readonly words: string;
}

/** With so much of it that cannot be read, a file is not meant as settings. */
export const MAX_UNREADABLE = 50;

const INDENT = /[ \t]*/y;

/**
 * Takes the text of a settings file apart, one statement after the other: what cannot be read is left out, and the rest stays.
 * undefined: there is so much of it that this is no settings file.
 */
export function statementsOf(text: string): Statement[] | undefined {
  const found: Statement[] = [];
  let unreadable = 0;
  let line = 1;
  for (let at = 0; at < text.length; ) {
    INDENT.lastIndex = at;
    const begin = at + (INDENT.exec(text)?.[0].length ?? 0);
    const first = text[begin] ?? '';
    const isHead = first === '[';
    const isStatement = first !== '' && !'#\r\n'.includes(first);
    const { next, ...extent } = isStatement && !isHead ? statementEnd(text, begin) : lineEnd(text, begin);
    if (isStatement) {
      const statement = isHead ? headOf(text.slice(begin, extent.to), line) : pairOf(text, begin, extent, line);
      found.push(statement);
      if (statement.kind === 'unreadable' && ++unreadable > MAX_UNREADABLE) return undefined;
    }
    line += text.slice(at, next).match(/\r\n|\n|\r/g)?.length ?? 0;
    at = next;
  }
  return found;
}

function headOf(text: string, line: number): Head | Unreadable {
  const data = parsed(text);
  if (data === undefined)
    return { kind: 'unreadable', line, key: '', isHead: true, words: 'expected a section such as [wifi]' };
  const names: string[] = [];
  let isList = false;
  for (let inner: unknown = data; ; ) {
    const [entry] = Object.entries(inner as object);
    if (entry === undefined) return { kind: 'head', line, names, isList };
    names.push(entry[0]);
    isList = Array.isArray(entry[1]);
    inner = Array.isArray(entry[1]) ? entry[1][0] : entry[1];
  }
}

function pairOf(
  text: string,
  from: number,
  { to, open }: { to: number; open?: 'list' | 'text' | undefined },
  line: number,
): Pair | Unreadable {
  const said = text.slice(from, to);
  const data = open === undefined ? parsed(said) : undefined;
  if (data !== undefined) return { kind: 'pair', line, from, to, data };
  const key = /^[^=:]*/.exec(said)?.[0].trim() ?? '';
  return { kind: 'unreadable', line, key, isHead: false, words: syntaxFault(said, open) };
}

/** What a statement says; undefined when it is none. */
function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return parse(text.replaceAll(/\r\n?/g, '\n'));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    return undefined;
  }
}
