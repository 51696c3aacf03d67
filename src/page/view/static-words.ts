import { write } from './dom.ts';
import { WORDS } from './words.ts';

/** Writes the words that never change into their places: the name of each stands in `data-word`. */
export function fillWords(): void {
  for (const place of document.querySelectorAll<HTMLElement>('[data-word]')) {
    const word = WORDS[place.dataset.word as keyof typeof WORDS];
    if (word === undefined) throw new Error(`there is no word "${place.dataset.word}"`);
    write(place, word);
  }
}
