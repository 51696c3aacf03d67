import type { BoxHealth } from '../../desk/contract.ts';
import { boxFacts } from './box-words.ts';
import { byId, make, sayMiss, setText } from './dom.ts';

/** Shows how the machine is. */
export function showBox(box: BoxHealth): void {
  sayMiss('box', '');
  setText(byId('box-version'), `version ${box.version}`);
  const list = byId('facts');
  const facts = boxFacts(box);
  const titles = facts.map(({ title }) => title).join();
  if (list.dataset.titles !== titles) {
    list.dataset.titles = titles;
    list.replaceChildren(
      ...facts.map(({ title }) =>
        make('div', {}, make('dt', {}, title), make('dd', {}, make('b', { class: 'mood' }), make('small'))),
      ),
    );
  }
  facts.forEach(({ words, more = '', mood }, at) => {
    const [figures, rest] = list.children[at]?.querySelectorAll('b, small') ?? [];
    if (!figures || !rest) return;
    (list.children[at] as HTMLElement).dataset.mood = mood;
    setText(figures, words);
    setText(rest, more);
  });
}
