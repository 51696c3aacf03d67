import test from 'ava';
import { asHtml, asText, type RescueFacts, reasonOf } from '../../src/rescue/reason.ts';

const FACTS: RescueFacts = {
  result: 'exit-code',
  exitStatus: '1',
  file: '/etc/boardfeed/boardfeed.toml',
  configFaults: [],
  lastLines: ['last words'],
};

const cases: [title: string, facts: Partial<RescueFacts>, headline: RegExp, details: string[]][] = [
  [
    'bad configuration',
    { exitStatus: '78', configFaults: ['mp3.bitrate_kbps = 1: expected 64'] },
    /mistake in the settings/,
    ['mp3.bitrate_kbps = 1: expected 64'],
  ],
  ['one that was repaired meanwhile', { exitStatus: '78' }, /are good now/, ['last words']],
  [
    'one that systemd says nothing of',
    { result: undefined, exitStatus: undefined, configFaults: ['no'] },
    /mistake in the settings/,
    ['no'],
  ],
  ['no address', { exitStatus: '69' }, /network address/, ['last words']],
  ['watchdog', { result: 'watchdog', exitStatus: 'ABRT' }, /stood still/, ['last words']],
  [
    'watchdog, at the end of many starts',
    { result: 'start-limit-hit', exitStatus: 'ABRT' },
    /stood still/,
    ['last words'],
  ],
  ['no memory', { result: 'oom-kill', exitStatus: 'KILL' }, /out of memory/, ['last words']],
  ['never ready', { result: 'timeout', exitStatus: 'TERM' }, /come up in time/, ['last words']],
  ['a crash', { result: 'core-dump', exitStatus: 'SEGV' }, /failed again and again \(SEGV\)/, ['last words']],
  ['nothing known', { result: undefined, exitStatus: undefined }, /failed again and again\./, ['last words']],
];

for (const [title, facts, headline, details] of cases) {
  test(`the rescue says in words: ${title}`, (t) => {
    const reason = reasonOf({ ...FACTS, ...facts });
    t.regex(reason.headline, headline);
    t.deepEqual(reason.details, details);
    t.true(reason.advice.some((line) => line.includes('systemctl')));
  });
}

test('after many failures systemd wants to be told that they are forgiven, after bad configuration it does not', (t) => {
  const many = asText(reasonOf(FACTS));
  t.true(many.includes('systemctl reset-failed boardfeed && systemctl restart boardfeed'), many);
  t.false(asText(reasonOf({ ...FACTS, configFaults: ['no'] })).includes('reset-failed'));
});

test('what others wrote is text on the page, and the page looks again by itself', (t) => {
  const html = asHtml(reasonOf({ ...FACTS, lastLines: ['<script>alert("1 & 2")</script>'] }), 10);
  t.true(html.includes('&lt;script&gt;alert(&quot;1 &amp; 2&quot;)&lt;/script&gt;'), html);
  t.false(html.includes('<script'));
  t.regex(html, /http-equiv="refresh" content="10"/);
});

test('no last words make no empty box', (t) => {
  const reason = reasonOf({ ...FACTS, lastLines: [] });
  t.false(asHtml(reason, 10).includes('<pre>'));
  t.false(asText(reason).endsWith('\n\n'));
});
