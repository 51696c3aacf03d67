import type { Settings } from '../../desk/contract.ts';
import type { Status } from '../../http/status.ts';
import { ask } from './ask.ts';
import { byId, setText } from './dom.ts';
import { labelOf } from './labels.ts';
import { isBack, waitWords } from './restart-words.ts';
import { count } from './units.ts';

/** How often it is looked whether the box is back, ms. */
const LOOK_EVERY_MS = 500;

const question = byId('restart-ask');
const button = byId<HTMLButtonElement>('restart-button');
const said = byId('restart-said');
let status: Status | undefined;
let restarting = false;
/** What stands there while nothing waits for a restart. */
let news = '';

/** Takes the latest state of the box. */
export function restartKnows(now: Status): void {
  status = now;
}

/** Says which settings wait for a restart. */
export function showWaiting({ waiting }: Settings): void {
  if (restarting) return;
  const names = waiting.map(labelOf).join(', ');
  setText(said, names === '' ? news : `Waiting for a restart: ${names}.`);
  button.classList.toggle('main', names !== '');
}

/** Lets the person restart the box. `onBack` is called when it has come back. */
export function startRestart(onBack: () => void): void {
  button.addEventListener('click', () => {
    const listeners = status?.listeners.now ?? 0;
    const whom = listeners > 0 ? `${count(listeners, 'listener is', 'listeners are')} cut off for some seconds. ` : '';
    setText(byId('restart-words'), `${whom}Nothing is sent meanwhile. This page comes back by itself.`);
    showQuestion(true);
    byId('restart-no').focus();
  });
  byId('restart-no').addEventListener('click', () => showQuestion(false));
  byId('restart-yes').addEventListener('click', () => {
    showQuestion(false);
    void restart(onBack);
  });
}

/** Asks before it does it. The focus goes back to the button. */
function showQuestion(open: boolean): void {
  question.hidden = !open;
  if (!open) button.focus();
}

async function restart(onBack: () => void): Promise<void> {
  const before = status?.programme.framesSent;
  const answer = await ask('/api/restart', { method: 'POST' });
  if (!('value' in answer)) return setText(said, `It was not restarted. ${answer.faults.join(' ')}`);
  restarting = true;
  // A button that is disabled loses the focus.
  said.focus();
  button.disabled = true;
  const beganMs = performance.now();
  for (let wasAway = false; ; ) {
    const s = (performance.now() - beganMs) / 1000;
    setText(said, waitWords(s));
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    const now = await ask<Status>('/api/status');
    if (!('value' in now)) wasAway ||= now.status === 0;
    else if (isBack(before, now.value.programme.framesSent, wasAway)) break;
  }
  restarting = false;
  button.disabled = false;
  news = 'The box has been restarted.';
  setText(said, news);
  onBack();
}
