import type { PageState } from '../live/page-state.ts';
import { FilePlayer } from './sound/file-player.ts';
import { LiveLink } from './sound/live-link.ts';
import { LivePlayer } from './sound/live-player.ts';
import type { Player } from './sound/player.ts';
import { showAddresses } from './view/address-list.ts';
import { delayInWords, type Steady, steady } from './view/behind.ts';
import { type Sound, setUpChoice } from './view/choice.ts';
import { element, setAttribute, write } from './view/dom.ts';
import { buttonStops, inWords, playingInWords } from './view/in-words.ts';
import { setUpMediaSession, showMediaSession } from './view/media-session.ts';
import { Meter } from './view/meter.ts';
import { notice } from './view/notices.ts';
import { pickPlaces } from './view/places.ts';
import { setUpPlayButton, showPlaying } from './view/play-button.ts';
import { showQrCodes } from './view/qr-codes.ts';
import { fillWords } from './view/static-words.ts';
import { setUpVolume } from './view/volume.ts';
import { outputInWords, WORDS } from './view/words.ts';

/** How often the page looks at its player, ms. */
const LOOK_EVERY_MS = 250;
/** From here on there are two columns, as in listen.css. */
const WIDE = '(min-width: 60rem)';

fillWords();
const link = new LiveLink();
const players: Readonly<Record<Sound, Player>> = {
  quick: new LivePlayer(link, 'opus'),
  uncompressed: new LivePlayer(link, 'pcm'),
  robust: new FilePlayer(element<HTMLAudioElement>('player')),
};

const meter = new Meter();
let player: Player = players[setUpChoice(choose)];
let box: PageState | undefined;
let boxInWords: string = WORDS.asking;
let behind: Steady | undefined;
let output: Steady | undefined;
let gain = 1;

function play(): void {
  player.setVolume(gain);
  player.play();
  look();
}

function stop(): void {
  player.stop();
  look();
}

function choose(sound: Sound): void {
  const playing = buttonStops(player.state);
  if (player.state !== 'idle') player.stop();
  player = players[sound];
  behind = undefined;
  output = undefined;
  if (playing) play();
  else look();
}

/** Shows what the player does, now. */
function look(): void {
  const { state } = player;
  // A box that is full refuses those, too, who have not pressed yet.
  const problem = player.problem ?? link.problem;
  const sounds = state === 'playing';
  behind = steady(behind, sounds ? player.behindMs : undefined, LOOK_EVERY_MS);
  output = steady(output, sounds ? player.outputMs : undefined, LOOK_EVERY_MS);
  const causeIsSaid = problem !== undefined || box === undefined;
  showPlaying(state, playingInWords(state, causeIsSaid), boxInWords);
  write(element('behind'), behind ? delayInWords(behind.shownMs) : WORDS.behindUnknown);
  write(element('output'), behind && output ? outputInWords(output.shownMs) : '');
  notice('player', problem);
  showMediaSession(box?.title ?? document.title, box?.name ?? document.title, state);
}

function showBox(state: PageState | undefined): void {
  box = state;
  const { mood, words } = inWords(state);
  boxInWords = words;
  write(element('state'), words);
  setAttribute(element('state'), 'data-mood', mood);
  write(element('detail'), state?.programme.problem?.message ?? '');
  write(element('listeners'), state ? `${state.listeners}` : WORDS.behindUnknown);
  if (state === undefined) meter.forget();
  else showFeed(state);
  look();
}

function showFeed({ name, title, formats }: PageState): void {
  const other = title === name ? '' : title;
  write(element('name'), name);
  write(element('title'), other);
  document.title = other === '' ? name : `${other} · ${name}`;
  showAddresses(formats);
  showQrCodesIfOpen();
}

function showQrCodesIfOpen(): void {
  if (!element<HTMLDetailsElement>('another').open) return;
  void showQrCodes(pickPlaces(box?.addresses ?? [], location.href));
}

setUpPlayButton(() => (buttonStops(player.state) ? stop() : play()));
setUpVolume((value) => {
  gain = value;
  player.setVolume(gain);
});
setUpMediaSession(play, stop);
element('another').addEventListener('toggle', showQrCodesIfOpen);
// A large screen is what others point their phones at.
element<HTMLDetailsElement>('another').open = matchMedia(WIDE).matches;
link.onState = showBox;
link.onLevels = (levels, clipped) => meter.take(levels, clipped);
link.start();
setInterval(look, LOOK_EVERY_MS);
look();
