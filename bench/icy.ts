import { watchTitles } from './icy/audience.ts';
import { describeMachine } from './machine.ts';
import { numberOptions } from './options.ts';
import { table } from './table.ts';

/*
 * Whether listeners with titles (ICY), who join at random moments while titles change, find every block of metadata at its place,
 * every title in the block after it was set, the present one in the first block after they joined, and between the blocks the
 * same sound as a listener without titles. Ends with code 1 when not.
 */

const { minutes, joiners, 'title-ms': titleMs } = numberOptions({ minutes: 10, joiners: 50, 'title-ms': 5000 });
console.log(`${describeMachine()}\n${joiners} join in ${minutes} minutes; titles of ${titleMs / 4} to ${titleMs} ms.`);

const seen = await watchTitles({ seconds: minutes * 60, joiners, titleMs: [titleMs / 4, titleMs] });
const { titlesSet, blocks, soundBytes, titlesSeen, worstBlocks, faults } = seen;
const head = ['titles set', 'blocks read', 'sound compared, MB', 'titles seen', 'longest wait, blocks', 'faults'];
const row = [titlesSet, blocks, (soundBytes / 1e6).toFixed(1), titlesSeen, worstBlocks.toFixed(2), faults.length];
console.log(`\n${table(head, [row.map(String)])}`);
if (faults.length > 0) {
  console.log(`\n${faults.join('\n')}`);
  process.exitCode = 1;
}
