import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { ConnectionManager } from '../../src/connections/connection-manager.ts';
import type { ChunkOutput, Format } from '../../src/encoders/encoder.ts';
import { Feed } from '../../src/encoders/feed.ts';
import { createServer } from '../../src/http/server.ts';
import { BOX_LIMITS } from './limits.ts';
import { pace, StampedFrames, type StampedStream, streamNamed } from './stamped.ts';

/*
 * stamped-box.ts STREAM COALESCE_MS
 *
 * The box from its encoders on, wired as src/appliance.ts does it, with stamped frames by a timer instead of captured and encoded
 * sound. Prints `listening PORT`. Each line on stdin is answered with one line about its memory, after a collection (JSON, see
 * `BoxMemory`); it ends when stdin closes.
 */

/** Memory of the box after a collection, and what is open. */
export interface BoxMemory {
  rssBytes: number;
  /** V8's heap and what hangs on it: buffers and other things outside. */
  heapBytes: number;
  externalBytes: number;
  listeners: number;
  descriptors: number;
}

/** Nobody is turned away here. */
const MOST_LISTENERS = 100_000;

const stream = streamNamed(process.argv[2]);
const coalesceMs = Number(process.argv[3]);
const collect = globalThis.gc;
if (!collect) throw new Error('run it with --expose-gc');

const format = stampedFormat(stream);
const connections = new ConnectionManager({
  bytesPerSecond: format.bytesPerSecond,
  stallMs: BOX_LIMITS.stallMs,
  backlogMs: BOX_LIMITS.backlogMs,
  onRemoved: () => feed.release(),
});
const feed = new Feed(format, coalesce(connections), BOX_LIMITS.lingerMs);
const server = await createServer({
  stationName: 'bench',
  sources: [
    {
      format,
      join: () => feed.acquire(),
      leave: () => feed.release(),
      addClient: (socket, clientId) => connections.addClient(socket, clientId),
    },
  ],
  maxListeners: MOST_LISTENERS,
  countListeners: () => connections.size,
  onRefused: () => {},
  status: nobodyAsks,
  health: nobodyAsks,
  listDevices: nobodyAsks,
  onError: (error) => console.error(error),
});
await server.ready();
server.server.listen({ port: 0, host: '127.0.0.1' });
await once(server.server, 'listening');
const samples = new Float32Array(0);
pace(stream.periodNs, () => feed.write(samples));
createInterface({ input: process.stdin })
  .on('line', () => console.log(JSON.stringify(memory())))
  .on('close', () => process.exit());
console.log(`listening ${(server.server.address() as AddressInfo).port}`);

/**
 * STAND-IN for src/connections/coalescer.ts until that exists: joins as many frames as `coalesceMs` lasts, whoever listens. This
 * function is all that has to be replaced.
 */
function coalesce(output: ChunkOutput): ChunkOutput {
  const most = Math.max(1, Math.ceil((coalesceMs * 1e6) / stream.periodNs));
  if (most === 1) return output;
  let held: Buffer[] = [];
  return {
    broadcast(chunk) {
      held.push(chunk);
      if (held.length < most) return;
      output.broadcast(Buffer.concat(held));
      held = [];
    },
  };
}

function stampedFormat(stream: StampedStream): Format {
  return {
    id: stream.id,
    mimeType: stream.id === 'mp3' ? 'audio/mpeg' : 'audio/wav',
    description: stream.name,
    bytesPerSecond: stream.bytesPerSecond,
    rangeProbe: 'ignore',
    createEncoder() {
      const frames = new StampedFrames(stream);
      return { header: Buffer.alloc(0), encode: () => frames.next(), close: () => {} };
    },
  };
}

function nobodyAsks(): never {
  throw new Error('a stamped box has none');
}

function memory(): BoxMemory {
  // The first collection lets finalizers run whose objects the second one frees.
  collect?.();
  collect?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    rssBytes: rss,
    heapBytes: heapUsed,
    externalBytes: external,
    listeners: connections.size,
    descriptors: readdirSync('/proc/self/fd').length,
  };
}
