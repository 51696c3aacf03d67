import test from 'ava';
import fc from 'fast-check';
import type { LevelEntry, LevelHistory } from '../../../src/desk/contract.ts';
import {
  columnsOf,
  entryWords,
  historyWords,
  spellsOf,
  spellWords,
  startMs,
  tickTimes,
} from '../../../src/page/desk/history.ts';

const entry = (peakDbfs: number, ...marks: LevelEntry['marks']): LevelEntry => ({
  peakDbfs,
  rmsDbfs: peakDbfs - 10,
  marks,
});
const endsAt = new Date(2026, 2, 1, 14, 0, 0).toISOString();
const historyOf = (...entries: LevelEntry[]): LevelHistory => ({ stepS: 5, endsAt, entries });

test('marks in a row are one spell; fallback is a loss, zeros are silence', (t) => {
  const entries = [
    entry(-9, 'lost'),
    entry(-9, 'fallback'),
    entry(-9),
    entry(0, 'clipping', 'zeros'),
    entry(-80, 'silent'),
  ];
  t.deepEqual(spellsOf(entries), [
    { lane: 'lost', from: 0, to: 2 },
    { lane: 'silent', from: 3, to: 5 },
    { lane: 'clipping', from: 3, to: 4 },
  ]);
});

test('columns keep the loudest, whatever they leave out', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -150, max: 0 }), { maxLength: 200 }),
      fc.integer({ min: 1, max: 50 }),
      (peaks, most) => {
        const columns = columnsOf(
          peaks.map((peak) => entry(peak)),
          most,
        );
        t.true(columns.length <= most);
        t.is(Math.max(...columns.map(({ peakDbfs }) => peakDbfs)), Math.max(...peaks));
      },
    ),
  );
});

test('moments, spells and the whole are said in words', (t) => {
  const history = historyOf(entry(-12.3), entry(-150, 'lost'), entry(-150, 'fallback'), entry(-0.2, 'clipping'));
  t.is(startMs(history, 4), Date.parse(endsAt));
  t.is(entryWords(history, 0), '13:59:40: peak −12.3 dBFS, average −22.3 dBFS');
  t.is(entryWords(history, 3), '13:59:55: peak −0.2 dBFS, average −10.2 dBFS, clipping');
  t.is(entryWords(history, 4), '');
  t.is(spellWords(history, { lane: 'lost', from: 1, to: 3 }), '13:59:45: input lost, for 10 s');
  t.is(historyWords(history), 'In 20 s: input lost once (10 s), clipping once (5 s). Loudest: −0.2 dBFS at 13:59.');
  t.is(historyWords(historyOf(entry(-3))), 'In 5 s: not lost, not silent, not clipping. Loudest: −3.0 dBFS at 13:59.');
  t.is(historyWords(historyOf()), 'Nothing has been measured yet.');
});

test('ticks stand at full minutes of the clock', (t) => {
  const from = new Date(2026, 2, 1, 13, 4, 10).getTime();
  const ticks = tickTimes(from, from + 3_600_000, 20).map((at) => new Date(at));
  t.deepEqual(
    ticks.map((at) => [at.getMinutes() % 20, at.getSeconds()]),
    [
      [0, 0],
      [0, 0],
      [0, 0],
    ],
  );
});
