import test from 'ava';
import { pickPlaces } from '../../../src/page/view/places.ts';

const NAME = 'http://boardfeed.local/';
const NUMBER = 'http://192.168.178.40/';
const SIX = 'http://[fd00::17]/';

test('the address by name and the one by number are those that the box knows', (t) => {
  t.deepEqual(pickPlaces([NAME, SIX, NUMBER], 'http://127.0.0.1:8000/'), { byName: NAME, byNumber: NUMBER });
});

test('the address under which the page was opened goes before another of its kind', (t) => {
  const byName = pickPlaces([NAME, NUMBER], 'http://mixer.lan:8000/?x#y');
  t.deepEqual(byName, { byName: 'http://mixer.lan:8000/', byNumber: NUMBER });
  const byNumber = pickPlaces([NAME, NUMBER], 'http://10.0.0.7/');
  t.deepEqual(byNumber, { byName: NAME, byNumber: 'http://10.0.0.7/' });
});

test('IPv6 is better than nothing', (t) => {
  t.deepEqual(pickPlaces([NAME, SIX], NAME), { byName: NAME, byNumber: SIX });
});

test('an address that reaches only the machine itself is taken only when there is no other', (t) => {
  t.deepEqual(pickPlaces([], 'http://localhost:8000/'), { byName: 'http://localhost:8000/', byNumber: undefined });
  t.deepEqual(pickPlaces([], 'http://127.0.0.1:8000/'), { byName: undefined, byNumber: 'http://127.0.0.1:8000/' });
  t.deepEqual(pickPlaces([NUMBER], 'http://localhost:8000/'), { byName: undefined, byNumber: NUMBER });
});
