import type { AST } from 'toml-eslint-parser';

/** What a key may be set to. */
export type Value = string | number | boolean | readonly number[];

/** The tables of a list such as `[[push]]`, in order, each with the keys that are to stand there. */
export type Tables = readonly Readonly<Record<string, Value>>[];

/** A piece of text that takes the place of what stands from `from` to `to`. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

export const isPair = (node: AST.TOMLNode): node is AST.TOMLKeyValue => node.type === 'TOMLKeyValue';

/** A part of a name, whether it stands in quotes or not. */
export function nameOf(part: AST.TOMLBare | AST.TOMLQuoted | undefined): string | undefined {
  return part?.type === 'TOMLBare' ? part.name : part?.value;
}

export function isNamed({ keys }: AST.TOMLKey, name: string): boolean {
  return keys.length === 1 && nameOf(keys[0]) === name;
}

/** Where the line begins on which `at` is. */
export function lineBegin(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

/** How the lines of a text end. */
export function endOfLine(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? '\n';
}

/** Adds whole lines at the end, after an empty one. */
export function addAtEnd(text: string, lines: string): Edit[] {
  const eol = endOfLine(text);
  const gap = text === '' ? '' : text.endsWith('\n') ? eol : eol + eol;
  return [{ from: text.length, to: text.length, text: gap + lines + eol }];
}

/** A JSON text is TOML, too, but for the one control character that JSON leaves alone. */
export function tomlOf(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value).replaceAll('\x7f', '\\u007f');
  if (typeof value === 'number') return numeral(value);
  return Array.isArray(value) ? `[${value.map(numeral).join(', ')}]` : `${value}`;
}

/** Whole numbers beyond 64 bits are floats in TOML, and what is no number has other names. */
export function numeral(value: number): string {
  if (!Number.isFinite(value)) return `${value}`.replace('Infinity', 'inf').toLowerCase();
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toExponential() : `${value}`;
}
