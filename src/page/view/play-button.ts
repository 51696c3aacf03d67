import type { PlayerState } from '../sound/player.ts';
import { element, setAttribute, write } from './dom.ts';
import { buttonInWords, buttonStops } from './in-words.ts';

/** Sets the button up, and the space bar where it has nothing else to do. */
export function setUpPlayButton(onPress: () => void): void {
  element('play').addEventListener('click', onPress);
  document.addEventListener('keydown', (event) => {
    const elsewhere = document.activeElement !== document.body && document.activeElement !== null;
    const modified = event.ctrlKey || event.altKey || event.metaKey || event.shiftKey;
    if (event.key !== ' ' || elsewhere || modified) return;
    event.preventDefault(); // It would scroll.
    if (!event.repeat) onPress();
  });
}

/** Shows what the player does; the name of the button says everything, for those who do not see the page. */
export function showPlaying(state: PlayerState, playing: string, box: string): void {
  const button = element('play');
  setAttribute(button, 'data-player', state);
  setAttribute(button, 'data-does', buttonStops(state) ? 'stop' : 'play');
  setAttribute(button, 'aria-label', buttonInWords(state, playing, box));
  write(element('playing'), playing);
}
