import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../../src/pcm.ts';
import { readThreadsMs, threadsDelta } from '../cost/proc.ts';
import type { Programs } from './build.ts';
import { Load, type LoadOptions, type LoadResult } from './load.ts';
import { countSockets, type ServerMemory, type StartServer } from './servers.ts';
import type { StampedStream } from './stamped.ts';

/** Listeners that come and go before anything is measured, so that what the first ones cost is not counted. */
const FIRST_LISTENERS = 10;
const FIRST_WARM_MS = 300;
/** How long a server may take to close what they leave behind, in ms. */
const SETTLE_MS = 5000;

/** What one server did under one load. */
export interface Measured {
  /** CPU time of the server, ms per s. */
  cpuMsPerS: number;
  load: LoadResult;
  /** With all listeners there, and without any. */
  memory: { loaded: ServerMemory; empty: ServerMemory };
  /** Connections that the server still had open at the end of the measurement: it may have given up some that did not see it. */
  heldConnections: number;
}

/** Starts a server, puts it under load, and ends it. */
export async function measure(
  programs: Programs,
  start: StartServer,
  stream: StampedStream,
  options: LoadOptions,
): Promise<Measured> {
  const server = await start(programs, stream);
  let load: Load | undefined;
  try {
    const idleSockets = countSockets(server.pid);
    load = new Load(programs, server, stream, { listeners: FIRST_LISTENERS, seconds: 0, warmMs: FIRST_WARM_MS });
    await load.measuring();
    await load.finish();
    const settledByMs = monotonicMs() + SETTLE_MS;
    while (countSockets(server.pid) > idleSockets && monotonicMs() < settledByMs) await sleep(50);
    const empty = await server.memory();
    const emptySockets = countSockets(server.pid);

    load = new Load(programs, server, stream, options);
    await load.measuring();
    const [before, startMs] = [readThreadsMs(server.pid), monotonicMs()];
    await load.measured();
    const { totalMs } = threadsDelta(before, readThreadsMs(server.pid));
    const passedS = (monotonicMs() - startMs) / 1000;
    const heldConnections = countSockets(server.pid) - emptySockets;
    const loaded = await server.memory();
    const result = await load.finish();
    return { cpuMsPerS: totalMs / passedS, load: result, memory: { loaded, empty }, heldConnections };
  } finally {
    await load?.stop();
    await server.stop();
  }
}
