import test from 'ava';
import { CONDITION_NAMES } from '../../src/device/conditions.ts';
import { type StatusFacts, statusText } from '../../src/device/status-text.ts';

const FACTS: StatusFacts = {
  name: 'St. Martin',
  version: '1.2.3',
  addresses: ['http://hall.local/', 'http://192.0.2.7/'],
  programme: { state: 'live', level: 'signal' },
  fallback: 'silence',
  source: { kind: 'alsa', wanted: 'alsa' },
  standsStill: false,
  conditions: [],
};

test('the whole text of a box that is well', (t) => {
  t.is(
    statusText(FACTS),
    `St. Martin (Boardfeed 1.2.3)

Open in a browser of the same network:
  http://hall.local/
  http://192.0.2.7/

On air.
`,
  );
});

const programme = (state: string, level?: string, cause?: string) =>
  ({
    programme: { state, ...(level && { level }), ...(cause && { problem: { cause, message: 'hw:0: errno 19' } }) },
  }) as unknown as Partial<StatusFacts>;
const demo = (wanted: string) => ({ source: { kind: 'demo' as const, wanted } });

for (const [what, facts, expected] of [
  ['silence', programme('live', 'silent'), /^On air, but the input is silent: is a fader down\?$/m],
  ['zeros', programme('live', 'zeros'), /^On air, but the sound card delivers not even noise/m],
  ['too loud, which comes and goes', programme('live', 'clipping'), /^On air\.$/m],
  ['no level yet', programme('live'), /^On air\.$/m],
  ['the demo signal that somebody wants', demo('demo'), /^On air with a demo signal\.$/m],
  ['the demo signal in place of a card', demo('auto'), /^On air with a demo signal: no sound card is plugged in\.$/m],
  ['the start', programme('starting'), /^Starting: there is no input yet\.$/m],
  [
    'the start without a card',
    programme('starting', undefined, 'absent'),
    /^No sound card is plugged in\. Listeners hear silence until it is back\.$/m,
  ],
  [
    'a lost card',
    programme('lost', undefined, 'unplugged'),
    /^The sound card was unplugged\. Listeners hear silence until/m,
  ],
  [
    'the tone',
    { ...programme('fallback', undefined, 'stalled'), fallback: 'tone' },
    /^The sound card delivers nothing\. Listeners hear a tone until/m,
  ],
  [
    'the recording',
    { ...programme('fallback', undefined, 'file'), fallback: 'file' },
    /^The sound file cannot be played\. Listeners hear a recording/m,
  ],
  ['a cause that is new', programme('fallback', undefined, 'strange'), /^There is no input\. Listeners hear/m],
  ['no address yet', { addresses: ['http://hall.local/'] }, /^ {2}\(the network has given it no address yet\)$/m],
  ['a standstill', { standsStill: true }, /^Attention: something in the box stands still; it will restart itself\.$/m],
  [
    'conditions',
    { conditions: ['data made anew', 'hot'] },
    /\nAttention: the card's data could not be repaired and .*\.\nAttention: the processor is too hot\.\n$/,
  ],
  ['a name of two lines', { name: 'a\nb' }, /^a b \(Boardfeed/],
] as [string, Partial<StatusFacts>, RegExp][]) {
  test(`the status file tells of ${what}`, (t) => {
    t.regex(statusText({ ...FACTS, ...facts }), expected);
  });
}

test('no condition is without words, and none has a figure that would change', (t) => {
  const text = statusText({ ...FACTS, name: 'x', addresses: [], conditions: CONDITION_NAMES });
  const told = text.split('\n').filter((line) => line.startsWith('Attention: '));
  t.is(new Set(told).size, CONDITION_NAMES.length);
  for (const line of told) t.notRegex(line, /\d|undefined/);
});
