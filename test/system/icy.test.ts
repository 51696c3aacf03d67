import test from 'ava';
import { watchTitles } from '../../bench/icy/audience.ts';

// The short form of `npm run bench:icy`.
test('listeners with titles read each block at its place, each title in the next one, and the same sound as one without', async (t) => {
  const seen = await watchTitles({ seconds: 9, joiners: 16, titleMs: [400, 900] });
  t.log(JSON.stringify(seen));
  t.deepEqual(seen.faults, []);
  t.true(seen.titlesSeen > seen.titlesSet && seen.titlesSet >= 8);
});
