import { isDeepStrictEqual } from 'node:util';
import { parse } from 'smol-toml';
import { type AST, parseTOML } from 'toml-eslint-parser';
import { setTables } from './edit-tables.ts';
import {
  addAtEnd,
  type Edit,
  endOfLine,
  isNamed,
  isPair,
  lineBegin,
  nameOf,
  numeral,
  type Tables,
  tomlOf,
  type Value,
} from './toml-text.ts';

export type { Tables, Value };

/** A byte order mark, which TOML 1.0 does not know but editors write. */
const BOM = '\ufeff';

/**
 * Sets keys in TOML text (https://toml.io/en/v1.0.0). Everything else stays as it is, to the byte: comments, order, spacing, ends of
 * lines. A missing key goes to its section, behind its commented-out example if there is one; a missing section goes to the end.
 *
 * What stands in the place of a section and is no table stays, too: it is for the schema to complain of it.
 *
 * @param text must be TOML without faults
 * @param changes names such as `input.device`, with their new values: no control characters, no halves of characters; or the name
 *   of a list such as `push`, with all its tables
 */
export function editToml(text: string, changes: Readonly<Record<string, Value | Tables>>): string {
  const mark = text.startsWith(BOM) ? BOM : '';
  let edited = text.slice(mark.length);
  const wanted = parse(edited) as Record<string, unknown>;
  for (const [name, value] of Object.entries(changes)) {
    const [section = '', key = ''] = name.split('.');
    if (key === '') {
      const tables = value as Tables;
      if (isDeepStrictEqual(plain({ tables: wanted[name] ?? [] }), plain({ tables }))) continue;
      if (tables.length > 0) wanted[name] = tables;
      else delete wanted[name];
      edited = applied(edited, setTables(edited, name, tables));
      continue;
    }
    const table = wanted[section] ?? {};
    if (!isTable(table) || isDeepStrictEqual(table[key], value)) continue;
    wanted[section] = { ...table, [key]: value };
    edited = applied(edited, setKey(edited, section, key, value as Value));
  }
  if (!isDeepStrictEqual(plain(parse(edited)), plain(wanted)))
    throw new Error('the text says something else than it should');
  return mark + edited;
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Tables without their prototypes, which differ. */
function plain(data: object): unknown {
  return JSON.parse(JSON.stringify(data));
}

function applied(text: string, edits: readonly Edit[]): string {
  let edited = text;
  // From the end on, so that the places before stay where they are.
  for (const { from, to, text: put } of edits.toSorted((a, b) => b.from - a.from)) {
    edited = edited.slice(0, from) + put + edited.slice(to);
  }
  return edited;
}

/** What must be done to a text to set one key. */
function setKey(text: string, section: string, key: string, value: Value): Edit[] {
  const program = parseTOML(text);
  const [{ body }] = program.body;
  const table = body.find((node) => node.type === 'TOMLTable' && isNamed(node.key, section)) as
    | AST.TOMLTable
    | undefined;
  const inline = body.find((node) => isPair(node) && isNamed(node.key, section)) as AST.TOMLKeyValue | undefined;
  const dotted = body.filter(isPair).filter(({ key: { keys } }) => keys.length === 2 && nameOf(keys[0]) === section);
  const inTable = table?.body ?? (inline?.value.type === 'TOMLInlineTable' ? inline.value.body : []);
  const found =
    inTable.find((pair) => isNamed(pair.key, key)) ?? dotted.find(({ key: { keys } }) => nameOf(keys[1]) === key);
  if (found) return setValue(program, found.value, value);
  const line = `${key} = ${tomlOf(value)}`;
  if (table) return addLine(text, placeIn(text, program, table, key), line);
  if (inline?.value.type === 'TOMLInlineTable') return addInline(inline.value, line);
  const last = dotted.at(-1);
  if (last) return addLine(text, last, `${section}.${line}`);
  return addAtEnd(text, `[${section}]${endOfLine(text)}${line}`);
}

/** Replaces a value. Comments between the elements of a list stay where they are. */
function setValue({ tokens }: AST.TOMLProgram, node: AST.TOMLContentNode, value: Value): Edit[] {
  const old = node.type === 'TOMLArray' ? node.elements : [];
  if (!Array.isArray(value) || old.length === 0)
    return [{ from: node.range[0], to: node.range[1], text: tomlOf(value) }];
  const edits: Edit[] = [];
  for (const [index, element] of old.entries()) {
    const [from, to] = element.range;
    const isLast = index === Math.min(old.length, value.length) - 1;
    // A longer list goes on behind the last element that it has.
    if (index < value.length)
      edits.push({
        from,
        to,
        text: value
          .slice(index, isLast ? undefined : index + 1)
          .map(numeral)
          .join(', '),
      });
    else {
      edits.push({ from, to, text: '' });
      const next = tokens.find((token) => token.range[0] >= to);
      if (next?.value === ',') edits.push({ from: next.range[0], to: next.range[1], text: '' });
    }
  }
  return edits;
}

/** Behind what a new key of a table belongs: the line that shows it commented out, else the last key, else the head. */
function placeIn(text: string, { comments, body: [{ body }] }: AST.TOMLProgram, table: AST.TOMLTable, key: string) {
  const next = body.find(({ range: [from] }) => from >= table.range[1]);
  const within = comments.filter(
    ({ range: [from] }) => from > table.range[0] && from < (next?.range[0] ?? text.length),
  );
  // What follows a head that is commented out is not this table's.
  const end = within.findIndex(({ value }) => /^\s*\[/.test(value));
  const example = new RegExp(`^\\s*${key}\\s*=`);
  const shown = within.slice(0, end < 0 ? undefined : end).findLast(({ value, range: [from] }) => {
    return example.test(value) && lineBegin(text, from) === from;
  });
  return shown ?? table.body.at(-1) ?? table.key;
}

/** Adds a line behind that on which `node` ends, indented like the one on which it begins. */
function addLine(text: string, { range: [from, to] }: { range: AST.Range }, line: string): Edit[] {
  const begin = lineBegin(text, from);
  const indent = /^[ \t]*/.exec(text.slice(begin, from))?.[0] ?? '';
  const eol = endOfLine(text);
  const end = text.indexOf('\n', to);
  if (end < 0) return [{ from: text.length, to: text.length, text: eol + indent + line }];
  return [{ from: end + 1, to: end + 1, text: indent + line + eol }];
}

function addInline({ body, range: [from] }: AST.TOMLInlineTable, line: string): Edit[] {
  const last = body.at(-1);
  if (last) return [{ from: last.range[1], to: last.range[1], text: `, ${line}` }];
  return [{ from: from + 1, to: from + 1, text: ` ${line} ` }];
}
