import type { DeskListener, DeskListeners } from '../../desk/contract.ts';
import { byId, make, sayMiss, setText } from './dom.ts';
import { delayMood, listenerCells, NOT_KNOWN, TITLES } from './listener-words.ts';

/** No longer table is shown. */
const MAX_ROWS = 200;

const table = byId<HTMLTableElement>('listeners-table');
const body = make('tbody');

/** Puts the head on the table. The roles stand there because a phone shows rows as blocks, which are no rows to some browsers. */
export function startListeners(): void {
  const heads = TITLES.map((title) => make('th', { scope: 'col', role: 'columnheader' }, title));
  table.setAttribute('role', 'table');
  table.append(make('thead', { role: 'rowgroup' }, make('tr', { role: 'row' }, ...heads)), body);
}

/** Shows who listens, those who have listened longest first. */
export function showListeners({ listeners }: DeskListeners): void {
  sayMiss('listeners', '');
  const sorted = [...listeners].sort((a, b) => b.connectedS - a.connectedS);
  const shown = sorted.slice(0, MAX_ROWS);
  const lagging = listeners.filter((listener) => delayMood(listener) !== 'good').length;
  setText(byId('listeners-count'), `${listeners.length}${lagging > 0 ? `, ${lagging} of them not keeping up` : ''}`);
  table.hidden = shown.length === 0;
  const hidden = sorted.length - shown.length;
  const nobody = 'Nobody at the moment.';
  setText(byId('listeners-more'), listeners.length === 0 ? nobody : hidden > 0 ? `And ${hidden} more.` : '');
  while (body.rows.length > shown.length) body.deleteRow(-1);
  shown.forEach((listener, at) => {
    fill(body.rows[at] ?? body.appendChild(makeRow()), listener);
  });
}

/** How far behind somebody is stands out when it is too far. */
const MOOD_COLUMN = TITLES.indexOf('Behind');

function makeRow(): HTMLTableRowElement {
  return make(
    'tr',
    { role: 'row' },
    ...TITLES.map((title, at) =>
      make('td', { role: 'cell', 'data-title': title, class: at === MOOD_COLUMN ? 'mood' : '' }),
    ),
  );
}

function fill(row: HTMLTableRowElement, listener: DeskListener): void {
  row.dataset.mood = delayMood(listener);
  listenerCells(listener).forEach((text, at) => {
    const cell = row.cells[at];
    if (!cell) return;
    setText(cell, text);
    cell.classList.toggle('none', text === NOT_KNOWN);
  });
}
