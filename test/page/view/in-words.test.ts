import test from 'ava';
import type { PageState } from '../../../src/live/page-state.ts';
import type { PlayerState } from '../../../src/page/sound/player.ts';
import { buttonInWords, buttonStops, inWords, type Mood, playingInWords } from '../../../src/page/view/in-words.ts';
import { ON_AIR } from '../../support/page-states.ts';

type Programme = PageState['programme'];
const withProgramme = (programme: Programme): PageState => ({ ...ON_AIR, programme });
const withSource = (source: PageState['source']): PageState => ({ ...ON_AIR, source });
const problem = (cause: string) => ({ cause, message: `message of ${cause}` });

const BOXES: readonly (readonly [string, PageState | undefined, Mood, string])[] = [
  ['no answer', undefined, 'bad', 'The box does not answer. Trying again…'],
  ['on air', ON_AIR, 'good', 'On air.'],
  ['a file', withSource({ kind: 'file', wanted: 'file:/a.wav' }), 'good', 'On air.'],
  ['demo as wished', withSource({ kind: 'demo', wanted: 'demo' }), 'warn', 'Demo signal.'],
  [
    'demo for want of a card',
    withSource({ kind: 'demo', wanted: 'auto' }),
    'warn',
    'Demo signal: no sound card is plugged in.',
  ],
  ['silent', withProgramme({ state: 'live', level: 'silent', fallback: 'tone' }), 'warn', 'On air, but silent.'],
  [
    'zeros',
    withProgramme({ state: 'live', level: 'zeros', fallback: 'tone' }),
    'warn',
    'On air, but nothing comes from the mixer: not even noise.',
  ],
  [
    'clipping',
    withProgramme({ state: 'live', level: 'clipping', fallback: 'tone' }),
    'bad',
    'On air, but too loud: the sound is clipping.',
  ],
  ['starting', withProgramme({ state: 'starting', fallback: 'tone' }), 'wait', 'Starting: no sound yet.'],
  [
    'starting, with a problem',
    withProgramme({ state: 'starting', fallback: 'tone', problem: problem('busy') }),
    'wait',
    'Starting: another program uses the sound card.',
  ],
  [
    'lost',
    withProgramme({ state: 'lost', fallback: 'tone', problem: problem('unplugged') }),
    'bad',
    'Input lost: the sound card was unplugged. You hear silence until it is back.',
  ],
  [
    'fallback to a tone',
    withProgramme({ state: 'fallback', fallback: 'tone', problem: problem('stalled') }),
    'bad',
    'No input: the sound card delivers nothing. You hear a tone until it is back.',
  ],
  [
    'fallback to silence',
    withProgramme({ state: 'fallback', fallback: 'silence', problem: problem('absent') }),
    'bad',
    'No input: no sound card is plugged in. You hear silence until it is back.',
  ],
  [
    'fallback to a file, for a cause without words',
    withProgramme({ state: 'fallback', fallback: 'file', problem: problem('new-cause') }),
    'bad',
    'No input: message of new-cause. You hear a recording until it is back.',
  ],
];
for (const [name, box, mood, words] of BOXES) {
  test(`the box in words: ${name}`, (t) => t.deepEqual(inWords(box), { mood, words }));
}

test('the demo signal is no alarm of the level: it stays the demo signal while it is silent', (t) => {
  const box = { ...withSource({ kind: 'demo', wanted: 'demo' }), programme: { ...ON_AIR.programme, level: 'silent' } };
  t.is(inWords(box as PageState).words, 'Demo signal.');
});

test('the button says what it does, what the player does, and how the box is', (t) => {
  const said = (state: PlayerState, box: string) => buttonInWords(state, playingInWords(state, false), box);
  t.is(said('idle', 'On air.'), 'Play. On air.');
  t.is(said('connecting', 'On air.'), 'Stop. Connecting. On air.');
  t.is(said('playing', 'On air.'), 'Stop. You are listening. On air.');
  t.is(said('blocked', 'Asking the box…'), 'Play. Press to go on. Asking the box.');
  t.is(said('waiting', 'Demo signal.'), 'Stop. The network is too slow. It goes on by itself. Demo signal.');
});

test('the network is blamed only when the page does not name another cause', (t) => {
  t.is(playingInWords('waiting', true), 'It goes on by itself.');
  t.is(playingInWords('playing', true), playingInWords('playing', false));
});

test('a button that does not sound plays, even if the browser has blocked it', (t) => {
  t.deepEqual((['idle', 'connecting', 'playing', 'waiting', 'blocked'] as const).map(buttonStops), [
    false,
    true,
    true,
    true,
    false,
  ]);
  t.is(playingInWords('blocked', false), 'Press to go on');
});
