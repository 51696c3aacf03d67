import type { PageState } from '../../live/page-state.ts';
import { copyTextOf } from './copy.ts';
import { breakable, element, make, write } from './dom.ts';
import { copyInWords, WORDS } from './words.ts';

/** A button says for so long what it did, ms. */
const SAID_MS = 3000;

let shown = '';

/** Lists the addresses for other players, under the name by which the page was reached: it is known to work. */
export function showAddresses(formats: PageState['formats']): void {
  const showing = JSON.stringify(formats);
  if (showing === shown) return;
  shown = showing;
  element('addresses').replaceChildren(...formats.map(row));
}

function row({ path, description }: PageState['formats'][number]): HTMLElement {
  const address = new URL(path, location.href).href;
  const link = make('a', '', ...breakable(address));
  link.href = path;
  const button = make('button', 'copy', WORDS.copy);
  button.type = 'button';
  button.setAttribute('aria-label', copyInWords(address));
  let forget = 0;
  button.addEventListener('click', async () => {
    const said = WORDS[await copyTextOf(link)];
    write(button, said);
    write(element('said'), said);
    clearTimeout(forget);
    forget = window.setTimeout(() => {
      write(button, WORDS.copy);
      write(element('said'), '');
    }, SAID_MS);
  });
  return make('li', 'address', make('div', '', make('small', '', description), link), button);
}
