import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { BOX_NODE_FLAGS, boxEnv } from '../setup/box-node.mjs';
import { monotonicMs } from '../src/pcm.ts';
import { type Box, startBox } from '../test/support/box.ts';
import { readThreadsMs, threadsDelta } from './cost/proc.ts';
import { LineProcess } from './fanout/line-process.ts';
import { describeMachine } from './machine.ts';
import { numberOptions } from './options.ts';
import { median } from './statistics.ts';
import { table } from './table.ts';

/*
 * What listen pages cost the box beside as many listeners of /stream.opus: CPU time of the box in windows that take turns. Both use the
 * same encoder; a page also gets levels and the state.
 */

/** The goal: pages cost no more than this, as a ratio. */
const GOAL = 1.2;
/** How long an audience listens before it is counted, s; the first one longer, until V8 has compiled what is hot. */
const SETTLE_S = 3;
const FIRST_SETTLE_S = 20;
const ANSWER_MS = 15_000;

const { listeners, rounds, seconds } = numberOptions({ listeners: 50, rounds: 7, seconds: 8 });
console.log(`${describeMachine()}\n${listeners} at a time, ${rounds} rounds, windows of ${seconds} s.`);

const box = await startBox('[input]\nsource = "demo"', {
  ...boxEnv(process.env),
  NODE_OPTIONS: BOX_NODE_FLAGS.join(' '),
});
const measured = { stream: [] as number[], page: [] as number[] };
try {
  for (let round = 0; round < rounds; round++) {
    // Whoever comes second finds a warmer machine: they take turns in that, too.
    const order = round % 2 === 0 ? (['stream', 'page'] as const) : (['page', 'stream'] as const);
    for (const kind of order) {
      const settleS = measured[kind].length === 0 ? FIRST_SETTLE_S : SETTLE_S;
      measured[kind].push(await cpuMsPerS(box, kind, settleS));
    }
  }
} finally {
  await box.stop();
}
const ratio = median(measured.page.map((ms, round) => ms / (measured.stream[round] ?? Number.NaN)));
const row = (name: string, values: number[]) => [name, median(values), Math.min(...values), Math.max(...values)];
console.log(
  `\n${table(
    [`${listeners} listeners`, 'CPU, ms per s', 'least', 'most'],
    [row('/stream.opus', measured.stream), row('pages (/live)', measured.page)],
  )}`,
);
console.log(`\nPages by streams, median of the rounds: ${ratio.toFixed(2)} (goal: ${GOAL.toFixed(2)} at most)`);
if (ratio > GOAL) process.exitCode = 1;

async function cpuMsPerS({ port, child: { pid = 0 } }: Box, kind: keyof typeof measured, settleS: number) {
  const file = fileURLToPath(new URL('pages/audience.ts', import.meta.url));
  const audience = new LineProcess('audience', process.execPath, [file, `${port}`, `${listeners}`, kind]);
  try {
    await audience.next(ANSWER_MS);
    await sleep(settleS * 1000);
    const heard = async () => {
      audience.child.stdin?.write('\n');
      return Number(await audience.next(ANSWER_MS));
    };
    await heard();
    const [beganMs, before] = [monotonicMs(), readThreadsMs(pid)];
    await sleep(seconds * 1000);
    const { totalMs } = threadsDelta(before, readThreadsMs(pid));
    const passedS = (monotonicMs() - beganMs) / 1000;
    const kbps = ((await heard()) * 8) / 1000 / passedS / listeners;
    console.error(`${kind}: ${(totalMs / passedS).toFixed(1)} ms per s, ${kbps.toFixed(0)} kbit/s each`);
    return totalMs / passedS;
  } finally {
    audience.child.stdin?.end();
    await audience.stop();
  }
}
