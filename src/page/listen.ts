import type { Status } from '../http/status.ts';

/** How often the box is asked for its state, in ms. */
const ASK_EVERY_MS = 1000;

const element = (id: string) => document.getElementById(id) as HTMLElement;

/** Causes of a lost input in words; the box's own message follows in small. */
const CAUSES: Record<string, string> = {
  absent: 'no sound card is plugged in',
  busy: 'another program uses the sound card',
  unplugged: 'the sound card was unplugged',
  stalled: 'the sound card delivers nothing',
  refused: 'the sound card cannot do what is configured',
  failed: 'the sound card failed',
  file: 'the sound file cannot be played',
};

/** What is heard when the input stays lost. */
const FALLBACKS = { silence: 'silence', tone: 'a tone', file: 'a recording' };

/** The state of the box in words, and its mood. */
function inWords({ programme, source }: Status): [mood: 'good' | 'warn' | 'bad' | 'wait', words: string] {
  const cause = programme.problem ? (CAUSES[programme.problem.cause] ?? programme.problem.message) : 'no sound yet';
  if (programme.state === 'starting') return ['wait', `Starting: ${cause}.`];
  if (programme.state === 'lost') return ['bad', `Input lost: ${cause}. You hear silence until it is back.`];
  if (programme.state === 'fallback') {
    return ['bad', `No input: ${cause}. You hear ${FALLBACKS[programme.fallback]} until it is back.`];
  }
  if (source.kind === 'demo')
    return ['warn', `Demo signal${source.wanted === 'auto' ? ': no sound card is plugged in' : ''}.`];
  if (programme.level === 'silent') return ['warn', 'On air, but silent.'];
  if (programme.level === 'zeros') return ['warn', 'On air, but nothing comes from the mixer: not even noise.'];
  if (programme.level === 'clipping') return ['bad', 'On air, but too loud: the sound is clipping.'];
  return ['good', 'On air.'];
}

const level = (dbfs: number) => (dbfs <= -100 ? '−∞' : `${Math.round(dbfs)}`.replace('-', '−'));

function show(status: Status) {
  const [mood, words] = inWords(status);
  const state = element('state');
  if (state.textContent !== words) state.textContent = words;
  state.dataset.mood = mood;
  document.title = status.name;
  element('name').textContent = status.name;
  const listeners = status.listeners.now;
  element('levels').textContent =
    `Level ${status.programme.levels.map(({ peakDbfs }) => level(peakDbfs)).join(' / ')} dBFS`;
  element('listeners').textContent = `${listeners} ${listeners === 1 ? 'listener' : 'listeners'}`;
  element('detail').textContent = status.programme.problem?.message ?? '';
  const offered = status.formats.filter(({ enabled }) => enabled);
  const rows = offered.map(({ path, description }) => {
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
    if (wanted && broken) playAnew();
  } catch {
    // The box is off, restarting, or out of reach: say so and go on asking.
    element('state').textContent = 'The box does not answer. Trying again…';
    element('state').dataset.mood = 'bad';
    for (const id of ['levels', 'listeners', 'detail']) element(id).textContent = '';
  }
  setTimeout(ask, ASK_EVERY_MS);
}

const player = element('player') as HTMLAudioElement;
/** Whether the listener wants to hear, and whether the stream has to be fetched anew for that. */
let wanted = false;
let broken = false;

function playAnew() {
  broken = false;
  player.src = `/stream?${Date.now()}`;
  player.play().catch(() => {
    broken = true; // Tried again when the box answers the next time.
  });
}

player.addEventListener('play', () => {
  wanted = true;
  // A live stream that was paused would go on where it stopped, ever further behind.
  if (broken) playAnew();
});
player.addEventListener('pause', () => {
  // The end of the stream pauses, too, but is nobody's wish.
  if (!player.ended) wanted = false;
  broken = true;
});
for (const event of ['ended', 'error']) {
  player.addEventListener(event, () => {
    broken = true;
  });
}
ask();
