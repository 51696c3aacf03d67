/** @import { Status } from '../http/status.ts' */

/** How often the box is asked for its state, in ms. */
const ASK_EVERY_MS = 1000;

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * The state of the box in words, and its mood.
 * @param {Status} status
 * @returns {[mood: 'good' | 'warn' | 'bad' | 'wait', words: string]}
 */
function inWords({ programme, source }) {
  const why = programme.problem ? ` (${programme.problem.message})` : '';
  if (programme.state === 'starting') return ['wait', `Starting${why}.`];
  if (programme.state === 'lost') return ['bad', `Input lost${why}. You hear silence until it is back.`];
  if (programme.state === 'fallback') return ['bad', `No input${why}. You hear the fallback until it is back.`];
  if (source.kind === 'demo') return ['warn', 'Demo signal: no sound card is plugged in.'];
  if (programme.level === 'silent') return ['warn', 'On air, but silent.'];
  if (programme.level === 'zeros') return ['warn', 'On air, but nothing comes from the mixer: not even noise.'];
  if (programme.level === 'clipping') return ['bad', 'On air, but too loud: the sound is clipping.'];
  return ['good', 'On air.'];
}

/** @param {Status} status */
function show(status) {
  const [mood, words] = inWords(status);
  const state = element('state');
  if (state.textContent !== words) state.textContent = words;
  state.dataset.mood = mood;
  document.title = status.name;
  element('name').textContent = status.name;
  const levels = status.programme.levels.map(({ peakDbfs }) => `${Math.round(peakDbfs)} dBFS`);
  const listeners = status.listeners.now;
  element('levels').textContent =
    `Level ${levels.join(' / ')} · ${listeners} ${listeners === 1 ? 'listener' : 'listeners'}`;
  const rows = status.formats.map(({ path, description }) => {
    const row = document.createElement('li');
    const link = document.createElement('a');
    const small = document.createElement('small');
    link.href = path;
    link.textContent = new URL(path, location.href).href;
    small.textContent = ` ${description}`;
    row.append(link, small);
    return row;
  });
  const list = element('addresses');
  if (list.children.length !== rows.length || list.textContent !== rows.map((row) => row.textContent).join('')) {
    list.replaceChildren(...rows);
  }
}

async function ask() {
  try {
    const answer = await fetch('/api/status', { signal: AbortSignal.timeout(5000) });
    show(await answer.json());
  } catch {
    // The box is off, restarting, or out of reach: say so and go on asking.
    element('state').textContent = 'The box does not answer. Trying again…';
    element('state').dataset.mood = 'bad';
  }
  setTimeout(ask, ASK_EVERY_MS);
}

// A live stream that was paused goes on where it stopped, ever further behind; so play anew.
const player = /** @type {HTMLAudioElement} */ (element('player'));
let paused = false;
player.addEventListener('pause', () => {
  paused = true;
});
player.addEventListener('play', () => {
  if (!paused) return;
  paused = false;
  player.src = `/stream?${Date.now()}`;
  void player.play();
});
ask();
