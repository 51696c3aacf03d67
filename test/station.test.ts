import test from 'ava';
import { Station } from '../src/station.ts';

test('who listens hears of a new name only where it is shown', (t) => {
  const station = new Station({ name: 'Hall', title: '', genre: '', url: '' });
  let told = 0;
  const end = station.onTitle(() => told++);
  station.change({ name: 'Church' });
  t.is(told, 1, 'there is no title: the name stands for it');
  station.change({ genre: 'Talk', url: 'http://x/' });
  t.is(told, 1);
  station.setTitle('Air');
  t.is(told, 2);
  station.change({ name: 'Hall' });
  t.is(told, 2);
  t.deepEqual(station.tags, { name: 'Hall', title: 'Air', genre: 'Talk', url: 'http://x/' });
  end();
  station.setTitle('');
  t.is(told, 2);
});
