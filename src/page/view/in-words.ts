import type { PageState } from '../../live/page-state.ts';
import { CAUSES, FALLBACKS } from '../causes.ts';
import type { PlayerState } from '../sound/player.ts';
import { STATES, WORDS } from './words.ts';

/** How good or bad a message is; its colour follows. */
export type Mood = 'good' | 'warn' | 'bad' | 'wait';

/** A state in words. */
export interface InWords {
  readonly mood: Mood;
  readonly words: string;
}

/** The state of the box in words; undefined is a box that does not answer. */
export function inWords(box: PageState | undefined): InWords {
  if (box === undefined) return { mood: 'bad', words: STATES.noAnswer };
  const { state, problem, fallback, level } = box.programme;
  const cause = problem ? (CAUSES[problem.cause] ?? problem.message) : STATES.noSoundYet;
  if (state === 'starting') return { mood: 'wait', words: STATES.starting(cause) };
  if (state === 'lost') return { mood: 'bad', words: STATES.lost(cause) };
  if (state === 'fallback') return { mood: 'bad', words: STATES.fallback(cause, FALLBACKS[fallback]) };
  if (box.source.kind === 'demo') {
    return { mood: 'warn', words: box.source.wanted === 'auto' ? STATES.demoForWantOfCard : STATES.demo };
  }
  if (level === 'silent') return { mood: 'warn', words: STATES.silent };
  if (level === 'zeros') return { mood: 'warn', words: STATES.zeros };
  if (level === 'clipping') return { mood: 'bad', words: STATES.clipping };
  return { mood: 'good', words: STATES.onAir };
}

const PLAYING: Readonly<Record<PlayerState, string>> = {
  idle: WORDS.pressToListen,
  connecting: WORDS.connecting,
  playing: WORDS.listening,
  waiting: WORDS.tooSlow,
  blocked: WORDS.pressToGoOn,
};

/** What the player does, in words. Where the page says already why it waits, the network is not blamed. */
export function playingInWords(state: PlayerState, causeIsSaid: boolean): string {
  return state === 'waiting' && causeIsSaid ? WORDS.goesOn : PLAYING[state];
}

/** Whether the button stops (or else plays). */
export const buttonStops = (state: PlayerState): boolean => state !== 'idle' && state !== 'blocked';

/** The whole state, as the name of the button: what it does, what the player does (`playing`), and how the box is. */
export function buttonInWords(player: PlayerState, playing: string, box: string): string {
  const does = buttonStops(player) ? WORDS.stop : WORDS.play;
  const said = player === 'idle' ? [does, box] : [does, playing, box];
  return said.map((part) => part.replace(/[.…]?$/, '.')).join(' ');
}
