import { readdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import type { Format } from '../../src/encoders/encoder.ts';
import { Places } from '../../src/http/places.ts';
import { createServer } from '../../src/http/server.ts';
import { Outlet } from '../../src/outlet.ts';
import { RecentSound } from '../../src/programme/recent-sound.ts';
import { Station } from '../../src/station.ts';
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
const places = new Places({ max: MOST_LISTENERS, maxPerAddress: MOST_LISTENERS, keyOf: (address) => address });
const station = new Station({ name: 'bench', title: '', genre: '', url: '' });
const pcm = { rateHz: 48000, channels: 2 };
const recentSound = new RecentSound(pcm, 0);
const outlet = new Outlet(format, pcm, { ...BOX_LIMITS, coalesceMs, places, station, recentSound });
const server = await createServer({
  station,
  version: '0',
  pcm: { rateHz: 48000, channels: 2 },
  burstMs: () => 0,
  maxBurstMs: 0,
  sources: () => [outlet.source],
  places,
  status: nobodyAsks,
  health: nobodyAsks,
  metrics: nobodyAsks,
  listDevices: nobodyAsks,
  onError: (error) => console.error(error),
  // The descriptors of this machine bound the number of listeners already.
  limits: { connections: MOST_LISTENERS, connectionsPerAddress: MOST_LISTENERS },
});
await server.listen({ port: 0, host: '127.0.0.1' }, (error) => console.error(error));
const samples = new Float32Array(0);
pace(stream.periodNs, () => outlet.feed.write(samples));
createInterface({ input: process.stdin })
  .on('line', () => console.log(JSON.stringify(memory())))
  .on('close', () => process.exit());
console.log(`listening ${(server.address() as AddressInfo).port}`);

function stampedFormat(stream: StampedStream): Format {
  return {
    id: stream.id,
    mimeType: stream.id === 'mp3' ? 'audio/mpeg' : 'audio/wav',
    description: stream.name,
    bytesPerSecond: stream.bytesPerSecond,
    rangeProbe: 'ignore',
    createEncoder() {
      const frames = new StampedFrames(stream);
      return { header: () => Buffer.alloc(0), encode: () => [frames.next()], close: () => {} };
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
    listeners: places.now,
    descriptors: readdirSync('/proc/self/fd').length,
  };
}
