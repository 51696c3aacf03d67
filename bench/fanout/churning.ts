import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../../src/pcm.ts';
import type { Programs } from './build.ts';
import { LineProcess } from './line-process.ts';
import { Load, type LoadResult } from './load.ts';
import { type BoxProcess, countDescriptors } from './servers.ts';
import type { StampedStream } from './stamped.ts';
import type { BoxMemory } from './stamped-box.ts';

/** How long the box may take to forget those who have gone, in ms: longer than its time limits for a request. */
const SETTLE_MS = 20_000;
/** How long the churn may take beyond what its rate makes of it, in ms. */
const SLACK_MS = 120_000;

/** How long a stretch without any churn is, in ms. */
const CALM_MS = 10_000;

/** Many who come and leave in ugly ways. */
export interface ChurnOptions {
  count: number;
  inFlight: number;
  /** 0: as fast as it goes. */
  perSecond: number;
  /** Another one makes another order of ways. */
  seed: number;
}

/** What the churn itself counted. */
export interface ChurnResult {
  seconds: number;
  /** Connects that failed. */
  failed: number;
  /** Those who asked properly, waited for 3 s and got no answer. */
  unanswered: number;
  /** Those who could go without a packet, which needs CAP_NET_ADMIN. */
  vanishedSilently: number;
  /** How often each way of leaving was gone. */
  ways: Record<string, number>;
}

/** Runs the churn against a server. */
export async function churn(
  { churn: program }: Programs,
  { port, path }: Pick<BoxProcess, 'port' | 'path'>,
  { count, inFlight, perSecond, seed }: ChurnOptions,
): Promise<ChurnResult> {
  const args = [`${port}`, path, `${count}`, `${inFlight}`, `${perSecond}`, `${seed}`];
  const process = new LineProcess('the churn', program, args);
  try {
    return JSON.parse(await process.next(SLACK_MS + (perSecond === 0 ? 0 : (count / perSecond) * 1000))) as ChurnResult;
  } finally {
    await process.stop();
  }
}

/** What was seen of some healthy listeners and of the box during a stretch of churn, and after it. */
export interface Stretch {
  healthy: LoadResult;
  churned: ChurnResult;
  /** With nobody listening. */
  memory: BoxMemory;
}

/** Lets healthy listeners listen while others churn; then all leave, and the box is asked what it still holds. */
export async function stretch(
  programs: Programs,
  box: BoxProcess,
  stream: StampedStream,
  healthyListeners: number,
  options: ChurnOptions,
): Promise<Stretch> {
  const idleDescriptors = countDescriptors(box.pid);
  // Collections for the memory would be gaps for the listeners: these are there only while it is not asked for.
  const load = new Load(programs, box, stream, { listeners: healthyListeners, seconds: 0, warmMs: 1000 });
  try {
    await load.measuring();
    const churned = await churn(programs, box, options);
    if (options.count === 0) await sleep(CALM_MS);
    const healthy = await load.finish();
    const settledByMs = monotonicMs() + SETTLE_MS;
    while (countDescriptors(box.pid) > idleDescriptors && monotonicMs() < settledByMs) await sleep(100);
    return { healthy, churned, memory: await box.boxMemory() };
  } finally {
    await load.stop();
  }
}
