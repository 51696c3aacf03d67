import { buildPrograms } from './fanout/build.ts';
import { stretch } from './fanout/churning.ts';
import { startBoxProcess } from './fanout/servers.ts';
import { STREAMS } from './fanout/stamped.ts';
import type { BoxMemory } from './fanout/stamped-box.ts';
import { describeMachine } from './machine.ts';
import { numberOptions } from './options.ts';
import { type Cell, table } from './table.ts';

/*
 * Whether anything grows, and whether anybody hears it, when many come and leave in every ugly way there is: reset, half-closed,
 * vanished, closed at once, closed unread, without a request, with garbage. The box is asked for its memory after each stretch,
 * with nobody listening; healthy listeners listen during it.
 */

/** The code that this needs is compiled and its pools are filled after so many connects; only what grows after that grows. */
const FIRST_CONNECTS = 5000;

const {
  connects,
  stretches,
  healthy,
  'per-second': perSecond,
  'in-flight': inFlight,
} = numberOptions({ connects: 200_000, stretches: 4, healthy: 20, 'per-second': 2000, 'in-flight': 500 });
console.log(
  `${describeMachine()}\n${connects} connects, ${perSecond} a second; ${healthy} healthy listeners, MP3, 128 kbit/s.`,
);

const stream = STREAMS.mp3;
const programs = await buildPrograms();
const box = await startBoxProcess(stream, 0);
const rows: Cell[][] = [];
const ways: Record<string, number> = {};
let [failed, unanswered, silent] = [0, 0, 0];
try {
  const plan = [0, FIRST_CONNECTS, ...Array<number>(stretches).fill(Math.round(connects / stretches))];
  let done = -FIRST_CONNECTS;
  for (const [index, count] of plan.entries()) {
    const options = { count, inFlight, perSecond, seed: index };
    const result = await stretch(programs, box, stream, healthy, options);
    done += count;
    const name = ['calm', `first ${FIRST_CONNECTS}`][index] ?? `${done} more`;
    const { worstGapMs, lostFrames, healthyGone } = result.healthy;
    rows.push([name, ...memoryCells(result.memory), worstGapMs, `${lostFrames}`, `${healthyGone}`]);
    for (const [way, times] of Object.entries(result.churned.ways)) ways[way] = (ways[way] ?? 0) + times;
    failed += result.churned.failed;
    unanswered += result.churned.unanswered;
    silent += result.churned.vanishedSilently;
    console.error(`${name}: ${result.churned.seconds.toFixed(0)} s, worst gap ${worstGapMs.toFixed(1)} ms`);
  }
} finally {
  await box.stop();
  programs.remove();
}
const head = ['after', 'resident, MB', 'heap, MB', 'outside the heap, MB', 'descriptors', 'listeners left'];
console.log(`\n${table([...head, 'worst gap, ms', 'lost frames', 'healthy lost'], rows)}`);
console.log(
  `\nHow they left: ${Object.entries(ways)
    .map(([way, times]) => `${way} ${times}`)
    .join(', ')}.`,
);
console.log(`${failed} connects failed, ${unanswered} listeners got no answer, ${silent} vanished without a packet.`);

function memoryCells({ rssBytes, heapBytes, externalBytes, descriptors, listeners }: BoxMemory): Cell[] {
  return [...[rssBytes, heapBytes, externalBytes].map((bytes) => bytes / 1e6), `${descriptors}`, `${listeners}`];
}
