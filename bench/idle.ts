/*
 * What the box costs when nobody listens, with and without its looks at the machine, and what each of those looks costs.
 * The goal: the looks take 0.2 % of one core at most.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { BOX_NODE_FLAGS, boxEnv } from '../setup/box-node.mjs';
import { startBox } from '../test/support/box.ts';
import { PulseRig } from '../test/support/pulse.ts';
import { readMemory, readThreadsMs, threadsDelta } from './cost/proc.ts';
import { callCosts, lookCost } from './idle/call-costs.ts';
import { describeMachine } from './machine.ts';
import { numberOptions } from './options.ts';
import { median } from './statistics.ts';
import { table } from './table.ts';

/** How often the box looks by default, s. */
const EVERY_S = 10;
const GOAL_PERCENT = 0.2;

const { rounds, seconds, settle } = numberOptions({ rounds: 4, seconds: 30, settle: 8 });

interface Idle {
  cpuPercent: number;
  rssMb: number;
}

/** One box, on a mixer that plays silence. */
async function idle(rig: PulseRig, everyS: number): Promise<Idle> {
  const toml = `[input]\nsource = "alsa"\ndevice = "mixer"\n[health]\nevery_s = ${everyS}\n`;
  const box = await startBox(toml, { ...boxEnv(rig.env), NODE_OPTIONS: BOX_NODE_FLAGS.join(' ') });
  try {
    const pid = box.child.pid ?? 0;
    await sleep(settle * 1000);
    const [before, beganMs] = [readThreadsMs(pid), performance.now()];
    await sleep(seconds * 1000);
    const { totalMs } = threadsDelta(before, readThreadsMs(pid));
    return { cpuPercent: (100 * totalMs) / (performance.now() - beganMs), rssMb: readMemory(pid).rssMb };
  } finally {
    await box.stop();
  }
}

console.log(describeMachine());
const rig = new PulseRig();
try {
  await rig.start();
  const runs = new Map<number, Idle[]>([
    [0, []],
    [EVERY_S, []],
    [1, []],
  ]);
  for (let round = 1; round <= rounds; round++) {
    for (const [everyS, figures] of runs) {
      const figure = await idle(rig, everyS);
      figures.push(figure);
      console.log(
        `round ${round}, every ${everyS} s: ${figure.cpuPercent.toFixed(2)} %, ${figure.rssMb.toFixed(1)} MB`,
      );
    }
  }
  const row = (figures: readonly Idle[]) => [
    median(figures.map(({ cpuPercent }) => cpuPercent)).toFixed(2),
    median(figures.map(({ rssMb }) => rssMb)),
  ];
  const words = (everyS: number) => (everyS === 0 ? 'never' : `every ${everyS} s`);
  console.log(`\nThe box idle, medians of ${rounds} rounds of ${seconds} s:`);
  console.log(
    table(
      ['looks at the machine', 'CPU, % of one core', 'resident, MB'],
      [...runs].map(([everyS, figures]) => [words(everyS), ...row(figures)]),
    ),
  );
} finally {
  await rig.stop();
}

const look = await lookCost();
const percent = look.cpuMs / (EVERY_S * 10);
console.log(
  `\nOne look: ${look.cpuMs.toFixed(2)} ms of CPU (all threads), ${look.wallMs.toFixed(1)} ms until its answer.`,
);
console.log(
  `Every ${EVERY_S} s that is ${percent.toFixed(3)} % of one core; goal ${GOAL_PERCENT} %: ${percent <= GOAL_PERCENT ? 'met' : 'MISSED'}`,
);
console.log('\nWhat each call costs:');
console.log(table(['call', 'CPU, ms', 'of children, ms', 'wall, ms', 'processes started'], await callCosts()));
if (percent > GOAL_PERCENT) process.exitCode = 1;
