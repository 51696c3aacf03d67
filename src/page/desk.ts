import type { BoxHealth, DeskListeners, LevelHistory, Mixer, Settings } from '../desk/contract.ts';
import type { Status } from '../http/status.ts';
import type { Refusal } from './desk/ask.ts';
import { showBox } from './desk/box.ts';
import { sayMiss } from './desk/dom.ts';
import { missFeed, showFeed, startTitle } from './desk/feed.ts';
import { follow } from './desk/follow.ts';
import { showHistory, startHistory } from './desk/history-view.ts';
import { showListeners, startListeners } from './desk/listeners.ts';
import { showMixer } from './desk/mixer.ts';
import { restartKnows, showWaiting, startRestart } from './desk/restart.ts';
import { showSettings, startSettings } from './desk/settings.ts';

/** Follows one part of the page by itself; where it cannot be had, that part says so. */
function followPart<T>(name: string, everyMs: number, show: (value: T) => void): () => Promise<void> {
  const miss = ({ faults }: Refusal) => sayMiss(name, faults.join(' '));
  return follow<T>({ path: `/api/${name}`, everyMs, show, miss });
}

startTitle();
startHistory();
startListeners();
startSettings(showWaiting);

// The level moves all the time, settings hardly ever do.
const askAnew = [
  follow<Status>({
    path: '/api/status',
    everyMs: 1000,
    show(status) {
      showFeed(status);
      restartKnows(status);
    },
    miss: missFeed,
  }),
  followPart<Mixer>('mixer', 5000, showMixer),
  followPart<LevelHistory>('levels', 10_000, showHistory),
  followPart<DeskListeners>('listeners', 2000, showListeners),
  followPart<Settings>('settings', 15_000, showSettings),
  followPart<BoxHealth>('box', 5000, showBox),
];

startRestart(() => {
  for (const askOne of askAnew) void askOne();
});
