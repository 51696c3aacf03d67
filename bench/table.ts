/** A cell: numbers are printed with one decimal, and stand on the right. */
export type Cell = string | number;

/** A Markdown table whose columns line up, so that it can be read on a terminal and pasted into docs/. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const text = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? decimal(cell) : cell)));
  const isNumber = head.map((_, column) => rows.every((row) => typeof row[column] === 'number'));
  const widths = head.map((name, column) => Math.max(3, name.length, ...text.map((row) => row[column]?.length ?? 0)));
  const pad = (cell: string, column: number) =>
    isNumber[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  const line = (cells: readonly string[]) => `| ${cells.map(pad).join(' | ')} |`;
  const rule = widths.map((width, column) => (isNumber[column] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  return [line(head), `| ${rule.join(' | ')} |`, ...text.map(line)].join('\n');
}

/** One decimal, and a dash for what could not be measured. */
function decimal(value: number): string {
  return Number.isFinite(value) ? value.toFixed(1) : '-';
}
