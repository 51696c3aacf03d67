import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BOX_NODE_FLAGS, boxEnv } from '../../setup/box-node.mjs';
import { Icecast } from '../../test/support/icecast.ts';
import { run } from '../../test/support/processes.ts';
import { readKb } from '../cost/proc.ts';
import type { Programs } from './build.ts';
import { LineProcess } from './line-process.ts';
import type { StampedStream } from './stamped.ts';
import type { BoxMemory } from './stamped-box.ts';

/** How long a server may take to start or to answer, in ms. */
const ANSWER_MS = 20_000;
/** How many frames Icecast writes at once, about: what others are joined to when they are to be compared with it. */
export const ICECAST_JOINS_FRAMES = 4;
/** The setting of the box that joins as many. */
export const COALESCE_MS = 100;

/** What a server holds, in bytes. */
export interface ServerMemory {
  /** Resident pages of the process; of the box, after a collection. */
  residentBytes: number;
  /** V8's heap and what hangs on it, after a collection; of the box only. */
  heapBytes?: number;
}

/** A server under test. */
export interface Server {
  pid: number;
  port: number;
  path: string;
  memory(): Promise<ServerMemory>;
  /** Ends it; resolves when it has gone. */
  stop(): Promise<void>;
}

/** How a server is started for one measurement. */
export type StartServer = (programs: Programs, stream: StampedStream) => Promise<Server>;

/** The floor, with so many frames joined into one chunk. */
export const startFloor =
  (joinedFrames: number): StartServer =>
  async ({ floor }, { frameBytes, periodNs }) => {
    const server = new LineProcess('floor', floor, [`${frameBytes}`, `${periodNs}`, `${joinedFrames}`]);
    return { ...(await listening(server)), path: '/', memory: async () => readResident(server.pid) };
  };

/** The box: its own parts, with stamped frames. `coalesceMs` 0 sends every frame at once. */
export const startStampedBox =
  (coalesceMs: number): StartServer =>
  async (_programs, stream) => {
    const box = await startBoxProcess(stream, coalesceMs);
    return { ...box, memory: () => box.boxMemory().then(serverMemory) };
  };

/** A box in a process of its own, which can tell more than another server. */
export interface BoxProcess extends Omit<Server, 'memory'> {
  boxMemory(): Promise<BoxMemory>;
}

/** Starts a box with the options that `npm start` gives to Node. */
export async function startBoxProcess(stream: StampedStream, coalesceMs: number): Promise<BoxProcess> {
  const file = fileURLToPath(new URL('stamped-box.ts', import.meta.url));
  const args = [...BOX_NODE_FLAGS, '--expose-gc', file, stream.id, `${coalesceMs}`];
  const box = new LineProcess('the box', process.execPath, args, boxEnv());
  const boxMemory = async () => {
    box.say('memory');
    return JSON.parse(await box.next(ANSWER_MS)) as BoxMemory;
  };
  return { ...(await listening(box)), path: `/stream.${stream.id}`, boxMemory };
}

/** An Icecast of our own, without burst, and its source. */
export function startIcecast(mostClients: number): StartServer {
  return async (_programs, stream) => {
    const icecast = new Icecast();
    try {
      await icecast.start({ mostClients });
      const file = fileURLToPath(new URL('icecast-source.ts', import.meta.url));
      const source = run(process.execPath, [file, stream.id, `${icecast.port}`, 'live', icecast.password]);
      await icecast.feed('live', source);
      const { pid, port } = icecast;
      return { pid, port, path: '/live', memory: async () => readResident(pid), stop: () => icecast.stop() };
    } catch (error) {
      await icecast.stop();
      throw error;
    }
  };
}

/** Number of sockets and files that a process has open. */
export function countDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Number of sockets that a process has open; one that it holds under several descriptors counts once. */
export function countSockets(pid: number): number {
  const sockets = new Set<string>();
  for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const target = readlinkSync(`/proc/${pid}/fd/${descriptor}`);
      if (target.startsWith('socket:')) sockets.add(target);
    } catch {
      // It was closed between the listing and the reading.
    }
  }
  return sockets.size;
}

async function listening(server: LineProcess): Promise<Pick<Server, 'pid' | 'port' | 'stop'>> {
  try {
    const line = await server.next(ANSWER_MS);
    const port = Number(/^listening (\d+)$/.exec(line)?.[1]);
    if (!port) throw new Error(`expected the port, read "${line}"`);
    return { pid: server.pid, port, stop: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

function serverMemory({ rssBytes, heapBytes, externalBytes }: BoxMemory): ServerMemory {
  return { residentBytes: rssBytes, heapBytes: heapBytes + externalBytes };
}

function readResident(pid: number): ServerMemory {
  return { residentBytes: readKb(readFileSync(`/proc/${pid}/status`, 'utf8'), 'VmRSS') * 1e6 };
}
