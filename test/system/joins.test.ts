import test from 'ava';
import { joinMany } from '../../bench/joins/listeners.ts';
import { prove } from '../../bench/joins/proof.ts';

// The short form of `npm run bench:joins`.
test('whoever joins at any moment hears whole frames that no decoder has a word to say about, for as long as it listens', async (t) => {
  const { box, channels, outcomes } = await joinMany({
    joins: 14,
    atOnce: 16,
    first: 3,
    last: 2,
    listenMs: 1500,
    coalesceMs: 0,
    rateHz: 48_000,
    bits: 16,
  });
  const { rows, faults } = await prove(outcomes, box, channels);
  for (const row of rows) t.log(row.join(' '));
  t.deepEqual(faults, []);
  const judged = [
    'flac ffmpeg',
    'flac libFLAC',
    'mp3 ffmpeg',
    'mp3 mpg123',
    'opus ffmpeg',
    'opus opusdec',
    'wav ffmpeg',
  ];
  for (const name of judged)
    t.true(
      rows.some(([format, , decoder]) => `${format} ${decoder}` === name),
      name,
    );
});
