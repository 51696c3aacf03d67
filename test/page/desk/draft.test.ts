import test from 'ava';
import type { SettingField } from '../../../src/desk/contract.ts';
import { Draft } from '../../../src/page/desk/draft.ts';

const bitrate = (value: number): SettingField => ({
  ...{ name: 'opus.bitrate_kbps', value, preset: 128, help: '', expects: 'a whole number', kind: 'number', unit: '' },
  ...{ min: 16, max: 256, effect: 'now' },
});
const name = (value: string): SettingField => ({
  ...{ name: 'station.name', value, preset: '', help: '', expects: 'a text', kind: 'text', unit: '', effect: 'now' },
});

function draftOf(...fields: SettingField[]): Draft {
  const draft = new Draft();
  draft.take(fields);
  return draft;
}

test('only what differs from the box is a change', (t) => {
  const draft = draftOf(bitrate(128), name('A'));
  draft.type('opus.bitrate_kbps', '96');
  draft.type('station.name', 'B');
  t.deepEqual(draft.changes().values, { 'opus.bitrate_kbps': 96, 'station.name': 'B' });
  draft.type('station.name', 'A');
  t.deepEqual([draft.changes().values, draft.size], [{ 'opus.bitrate_kbps': 96 }, 1]);
  draft.discard();
  t.deepEqual([draft.size, draft.raw('opus.bitrate_kbps')], [0, '128']);
});

test('what cannot be sent is a fault, and stays as it was typed', (t) => {
  const draft = draftOf(bitrate(128));
  draft.type('opus.bitrate_kbps', '9000');
  t.deepEqual(draft.changes(), { values: {}, faults: new Map([['opus.bitrate_kbps', 'Expected a whole number.']]) });
  t.is(draft.raw('opus.bitrate_kbps'), '9000');
});

test('news of the box do not touch what is typed, and are told', (t) => {
  const draft = draftOf(bitrate(128), name('A'));
  draft.type('station.name', 'B');
  t.is(draft.meanwhile('station.name'), undefined);
  draft.take([bitrate(64), name('C')]);
  draft.type('station.name', 'Bb');
  t.deepEqual([draft.raw('station.name'), draft.meanwhile('station.name')], ['Bb', 'C']);
  t.deepEqual([draft.raw('opus.bitrate_kbps'), draft.isTyped('opus.bitrate_kbps')], ['64', false]);
  draft.take([bitrate(64), name('Bb')]);
  t.is(draft.size, 0, 'what was typed is what the box has now');
});

test('what was sent is saved; what was typed since then is not', (t) => {
  const draft = draftOf(bitrate(128), name('A'));
  draft.type('opus.bitrate_kbps', '96');
  draft.type('station.name', 'B');
  const { values } = draft.changes();
  draft.type('station.name', 'Bc');
  draft.saved(values);
  draft.take([bitrate(96), name('B')]);
  t.deepEqual([draft.size, draft.raw('station.name'), draft.changes().values], [1, 'Bc', { 'station.name': 'Bc' }]);
});

test('a field that is gone is forgotten', (t) => {
  const draft = draftOf(bitrate(128), name('A'));
  draft.type('station.name', 'B');
  draft.take([bitrate(128)]);
  t.deepEqual([draft.size, draft.changes().values], [0, {}]);
});
