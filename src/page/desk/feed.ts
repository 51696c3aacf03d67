import type { Status } from '../../http/status.ts';
import { ask, type Refusal } from './ask.ts';
import { byId, setText } from './dom.ts';
import { makeMeter } from './meter.ts';
import { type Mood, stateWords } from './state-words.ts';

const meter = makeMeter(byId('meter'));
const title = byId<HTMLInputElement>('title');
/** The title as the box has it. What is typed differs from it until it is sent. */
let onAir = '';

/** Shows what the feed does, how loud it is, and what is on. */
export function showFeed(status: Status): void {
  const { mood, words, detail } = stateWords(status);
  say(mood, words, detail);
  meter(status.programme.levels);
  setText(byId('name'), status.name);
  document.title = `${status.name} – desk`;
  takeTitle(status.title === status.name ? '' : status.title);
}

/** Shows that the box does not say how the feed is. */
export function missFeed({ faults }: Refusal): void {
  say('bad', `${faults.join(' ')} Trying again…`, '');
  meter([]);
}

/** Sends the title when the person says so. */
export function startTitle(): void {
  byId('title-form').addEventListener('submit', (event) => {
    event.preventDefault();
    void sendTitle();
  });
}

async function sendTitle(): Promise<void> {
  const sent = title.value;
  const answer = await ask<{ title: string }>('/api/metadata', { method: 'PUT', body: { title: sent } });
  const refused = !('value' in answer);
  setText(byId('title-said'), refused ? answer.faults.join(' ') : 'Shown.');
  byId('title-said').classList.toggle('fault', refused);
  title.setAttribute('aria-invalid', `${refused}`);
  if (!refused) onAir = sent;
}

function takeTitle(told: string): void {
  if (title.value === onAir && told !== onAir) title.value = told;
  onAir = told;
}

function say(mood: Mood, words: string, detail: string): void {
  const state = byId('state');
  setText(state, words);
  state.dataset.mood = mood;
  setText(byId('detail'), detail);
}
