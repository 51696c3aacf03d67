import type { LevelHistory } from '../../desk/contract.ts';
import { byId, make, makeSvg, sayMiss, setText } from './dom.ts';
import { drawHistory, HEIGHT, PLOT, xOf } from './drawing.ts';
import { entryWords, historyWords, spellsOf, spellWords } from './history.ts';

/** No longer list is shown; the latest stand first. */
const MAX_SPELLS = 100;

const svg = byId<SVGSVGElement>('history-drawing');
const cursor = byId<HTMLInputElement>('history-cursor');
const line = makeSvg('path', { class: 'cursor' });
let shown: LevelHistory | undefined;
/** Whether somebody looks at a moment; the cursor stands at the end otherwise. */
let looking = false;

/** Shows the last hour as a drawing, a sentence and a list. */
export function showHistory(history: LevelHistory): void {
  sayMiss('levels', '');
  shown = history;
  byId('history').hidden = false;
  setText(byId('history-sum'), historyWords(history));
  cursor.max = `${Math.max(0, history.entries.length - 1)}`;
  if (!looking) cursor.value = cursor.max;
  draw();
  const words = spellsOf(history.entries)
    .slice(-MAX_SPELLS)
    .reverse()
    .map((spell) => spellWords(history, spell));
  byId('history-list').hidden = words.length === 0;
  const list = byId('spells');
  if (list.textContent !== words.join('')) list.replaceChildren(...words.map((text) => make('li', {}, text)));
}

/** Lets the person ask what was when: by pointer, finger, or arrow keys. */
export function startHistory(): void {
  svg.style.height = `${HEIGHT}px`;
  new ResizeObserver(draw).observe(svg);
  cursor.addEventListener('input', () => look(true));
  cursor.addEventListener('focus', () => look(true));
  cursor.addEventListener('blur', () => look(false));
  cursor.addEventListener('pointermove', ({ offsetX }) => {
    if (!shown) return;
    const x = xOf(shown, svg.clientWidth);
    const step = x(1) - x(0);
    cursor.value = `${Math.floor((offsetX - x(0)) / step)}`;
    look(true);
  });
  cursor.addEventListener('pointerleave', () => look(document.activeElement === cursor));
}

function draw(): void {
  if (!shown || svg.clientWidth === 0) return;
  drawHistory(svg, shown, svg.clientWidth);
  look(looking);
}

function look(begins: boolean): void {
  looking = begins;
  if (!shown) return;
  const at = Number(cursor.value);
  const words = entryWords(shown, at);
  cursor.setAttribute('aria-valuetext', words);
  setText(byId('history-read'), looking ? words : 'Point at the drawing to read a moment of it.');
  line.remove();
  if (!looking) return;
  const x = xOf(shown, svg.clientWidth)(at + 0.5);
  line.setAttribute('d', `M${x} ${PLOT.top}V${HEIGHT - PLOT.time}`);
  svg.append(line);
}
