/** Where something that a line begins comes to its end. */
export interface Extent {
  /** Behind the last character that is no space or comment. */
  readonly to: number;
  /** Where the next line begins. */
  readonly next: number;
  /** What has been opened and not closed. */
  readonly open?: 'list' | 'text' | undefined;
}

/** A line that can only be the next section, or, within a list, the next key: what is open before it was forgotten to be closed. */
const NEXT_HEAD = /[ \t]*\[{1,2}[ \t]*[a-z_][\w-]*[ \t]*\]{1,2}[ \t]*(#[^\r\n]*)?(?=[\r\n]|$)/iy;
const NEXT_KEY = /[ \t]*[\w-]+([ \t]*\.[ \t]*[\w-]+)*[ \t]*=/y;
const LINE_END = /\r\n|\n|\r/g;

/**
 * Finds the end of a key and its value (https://toml.io/en/v1.0.0), which goes on over several lines where it is a list or a text in
 * triple quotes. What is never closed ends with its first line, or, for a list, before the line that cannot belong to it.
 */
export function statementEnd(text: string, from: number): Extent {
  /** What is open, innermost last. */
  const open: string[] = [];
  let to = from;
  for (let at = from; at < text.length; ) {
    const character = text[at] ?? '';
    if (character === '"' || character === "'") {
      const end = textEnd(text, at, character);
      if (end === undefined) return { ...lineEnd(text, at), open: 'text' };
      at = to = end;
    } else if (character === '#') at = lineEnd(text, at).to;
    else if (character === '\r' || character === '\n') {
      const { next } = lineEnd(text, at);
      if (open.length === 0) return { to, next };
      if (isAt(NEXT_HEAD, text, next) || (open.at(-1) === '[' && isAt(NEXT_KEY, text, next)))
        return { to, next, open: 'list' };
      at = next;
    } else {
      if (character === '[' || character === '{') open.push(character);
      if (character === ']' || character === '}') open.pop();
      at++;
      if (character !== ' ' && character !== '\t') to = at;
    }
  }
  return { to, next: text.length, ...(open.length > 0 && { open: 'list' as const }) };
}

function isAt(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}

/** Where the line ends on which `at` is, and where the next one begins. */
export function lineEnd(text: string, at: number): { to: number; next: number } {
  LINE_END.lastIndex = at;
  const found = LINE_END.exec(text);
  return found ? { to: found.index, next: found.index + found[0].length } : { to: text.length, next: text.length };
}

/** Behind the quotes that close a text; undefined when there are none. */
function textEnd(text: string, from: number, quote: string): number | undefined {
  const triple = quote.repeat(3);
  const isLong = text.startsWith(triple, from);
  for (let at = from + (isLong ? 3 : 1); at < text.length; ) {
    const character = text[at] ?? '';
    if (character === '\\' && quote === '"') at += isLong || !/[\r\n]/.test(text[at + 1] ?? '') ? 2 : 1;
    else if (isLong && text.startsWith(triple, at)) {
      // Up to two quotes more belong to the text itself.
      const quotes = /^(?:"{3,5}|'{3,5})/.exec(text.slice(at, at + 5))?.[0].length ?? 3;
      return at + quotes;
    } else if (!isLong && character === quote) return at + 1;
    else if (!isLong && /[\r\n]/.test(character)) return undefined;
    else at++;
  }
  return undefined;
}
