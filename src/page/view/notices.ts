import { element, make } from './dom.ts';

/** Shows a notice above the button until it is taken back with undefined; `id` tells notices apart. */
export function notice(id: string, words: string | undefined): void {
  const notices = element('notices');
  const shown = notices.querySelector(`[data-notice="${id}"]`);
  if (words === (shown?.textContent ?? undefined)) return;
  shown?.remove();
  if (words === undefined) return;
  const row = make('p', 'notice', words);
  row.dataset.notice = id;
  notices.append(row);
}
