import test from 'ava';
import { stateWords } from '../../../src/page/desk/state-words.ts';
import { status } from '../../browser/desk-data.ts';

type Programme = ReturnType<typeof status>['programme'];

const say = (programme: Partial<Programme>, source = {}) => {
  const now = status();
  return stateWords({ programme: { ...now.programme, ...programme }, source: { ...now.source, ...source } });
};

test('each state of the feed has its words and its mood', (t) => {
  const problem = { cause: 'unplugged', message: 'hw:CARD=CODEC: No such device' };
  t.deepEqual(say({}), { mood: 'good', words: 'On air.', detail: 'From hw:CARD=CODEC,DEV=0' });
  t.like(say({ level: 'silent' }), { mood: 'warn', words: 'On air, but silent.' });
  t.like(say({ level: 'clipping' }), { mood: 'bad', words: 'On air, but too loud: the sound is clipping.' });
  t.like(say({ level: 'zeros' }), { mood: 'warn' });
  t.like(say({ state: 'starting' }), { mood: 'wait', words: 'Starting: no sound yet.' });
  t.deepEqual(say({ state: 'lost', problem }), {
    mood: 'bad',
    words: 'Input lost: the sound card was unplugged. Silence is sent.',
    detail: problem.message,
  });
  t.like(say({ state: 'fallback', fallback: 'tone', problem }), {
    words: 'No input: the sound card was unplugged. Listeners hear a tone until it is back.',
  });
  t.like(say({}, { kind: 'demo' }), { mood: 'warn', words: 'Demo signal: no sound card is plugged in.' });
  t.like(say({}, { kind: 'demo', wanted: 'demo' }), { words: 'Demo signal.' });
});

test('a cause that the page does not know is told in the words of the box', (t) => {
  const said = say({ state: 'lost', problem: { cause: 'moonlight', message: 'The moon is too bright.' } });
  t.deepEqual([said.words, said.detail], ['Input lost: see below. Silence is sent.', 'The moon is too bright.']);
});
