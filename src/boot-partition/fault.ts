/** Something in the settings file that was not taken, or not taken as it stands. */
export interface Fault {
  /** Where, counted from 1; absent for what is about the whole. */
  readonly line?: number;
  /** What stands there and what is expected; no passwords. */
  readonly words: string;
}

/** So many faults are told one by one. */
export const MAX_TOLD = 50;
/** The longest that is told of one, in letters. */
const MAX_LETTERS = 300;

/** The faults for people, one a line, in the order of the file. */
export function faultLines(faults: readonly Fault[]): string[] {
  const sorted = faults.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const lines = sorted.map(({ line, words }) => oneLine(line === undefined ? words : `line ${line}: ${words}`));
  if (lines.length <= MAX_TOLD) return lines;
  return [...lines.slice(0, MAX_TOLD), `and ${lines.length - MAX_TOLD} more`];
}

/** What comes from the file may hold anything. */
function oneLine(text: string): string {
  const [plain = ''] = [text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '�')];
  const letters = [...plain];
  return letters.length > MAX_LETTERS ? `${letters.slice(0, MAX_LETTERS).join('')}…` : plain;
}
