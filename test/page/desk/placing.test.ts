import test from 'ava';
import { placeFaults } from '../../../src/page/desk/placing.ts';

const NAMES = ['mp3.bitrate', 'mp3.bitrate_kbps', 'mp3.enabled', 'wav.enabled', 'listeners.burst_ms'];

test('a fault stands beside the first field of those that it names, whole names only', (t) => {
  const fault = '/etc/boardfeed.toml: mp3.bitrate_kbps = 5: expected one of 64, 80';
  t.deepEqual(placeFaults([fault], NAMES, []), { byName: new Map([['mp3.bitrate_kbps', fault]]), others: [] });
});

test('of several it stands beside the one that was changed', (t) => {
  const fault = 'mp3.enabled, wav.enabled: expected at least one format';
  t.deepEqual([...placeFaults([fault], NAMES, ['wav.enabled']).byName.keys()], ['wav.enabled']);
  t.deepEqual([...placeFaults([fault], NAMES, []).byName.keys()], ['mp3.enabled']);
});

test('two faults of one field stand together; what names none stands by itself', (t) => {
  const { byName, others } = placeFaults(['mp3.enabled: a.', 'mp3.enabled: b.', 'The card is full.'], NAMES, []);
  t.deepEqual([...byName], [['mp3.enabled', 'mp3.enabled: a. mp3.enabled: b.']]);
  t.deepEqual(others, ['The card is full.']);
});
