import { type AST, parseTOML } from 'toml-eslint-parser';
import { addAtEnd, type Edit, endOfLine, isNamed, isPair, lineBegin, type Tables, tomlOf } from './toml-text.ts';

/**
 * What must be done to a text so that a list such as `[[push]]` has these tables: the new ones stand where the first of the old ones
 * began, else at the end. What stands in the old ones goes with them, comments included; what stands between and behind them stays.
 *
 * @param text must be TOML without faults
 */
export function setTables(text: string, name: string, tables: Tables): Edit[] {
  const [{ body }] = parseTOML(text).body;
  const old = body.filter((node) => isNamed(node.key, name));
  const eol = endOfLine(text);
  const written = tables.map((table) => {
    const lines = Object.entries(table).map(([key, value]) => `${key} = ${tomlOf(value)}`);
    return [`[[${name}]]`, ...lines].join(eol);
  });
  const put = written.join(eol + eol);
  const gone = old.map((node) => linesOf(text, node));
  const [first] = old;
  // A list in one line stands above all sections, where no table may come to stand.
  if (put === '') return gone;
  if (first === undefined || isPair(first)) return [...gone, ...addAtEnd(text, put)];
  return gone.map((edit, index) => (index === 0 ? { ...edit, text: put + eol } : edit));
}

/** Takes away whole lines, with the end of the last one. */
function linesOf(text: string, { range: [from, to] }: AST.TOMLNode): Edit {
  const end = text.indexOf('\n', to);
  return { from: lineBegin(text, from), to: end < 0 ? text.length : end + 1, text: '' };
}
