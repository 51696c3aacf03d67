/** Run as a process of its own on the near side of a link: a ConnectionManager on air, with chunks that know their place. */
import net from 'node:net';
import { ConnectionManager } from '../../src/connections/connection-manager.ts';
import type { ListenerState, RemovedListener } from '../../src/connections/listener.ts';
import { monotonicMs } from '../../src/pcm.ts';
import { numbered } from '../connections/numbered.ts';

export interface SenderSettings {
  readonly bytesPerSecond: number;
  readonly chunkMs: number;
  readonly stallMs: number;
  readonly backlogMs: number;
}

export interface SenderReport {
  /** Their ids are the ports that they connected from. */
  readonly listeners: ListenerState[];
  /** Who was removed, and when, in ms of CLOCK_MONOTONIC. */
  readonly removed: (RemovedListener & { readonly atMs: number })[];
  /** Number of the newest chunk; -1 before the first. */
  readonly lastChunk: number;
  /** The longest that this process was late with a chunk since it began, ms. */
  readonly worstLateMs: number;
}

/** The first message says the port; after that every message that comes in is answered by a report. */
export type SenderMessage = { readonly port: number } | SenderReport;

const { bytesPerSecond, chunkMs, ...limits }: SenderSettings = JSON.parse(process.argv[2] ?? '');
const chunkBytes = (bytesPerSecond * chunkMs) / 1000;
const removed: (RemovedListener & { atMs: number })[] = [];
let nextChunk = 0;
let worstLateMs = 0;

const manager = new ConnectionManager({
  bytesPerSecond,
  ...limits,
  onRemoved: (listener) => removed.push({ ...listener, atMs: monotonicMs() }),
});

// Half-open as HTTP's sockets are: nothing but the manager answers a FIN.
const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  if (!manager.addClient(socket, `${socket.remotePort}`)) socket.destroy();
});

function say(message: SenderMessage): void {
  process.send?.(message);
}

server.listen(0, '0.0.0.0', () => {
  say({ port: (server.address() as net.AddressInfo).port });
  const startMs = performance.now();
  setInterval(() => {
    const elapsedMs = performance.now() - startMs;
    worstLateMs = Math.max(worstLateMs, elapsedMs - nextChunk * chunkMs);
    for (; nextChunk * chunkMs <= elapsedMs; nextChunk += 1) manager.broadcast(numbered(nextChunk, chunkBytes));
  }, chunkMs / 2);
});

process.on('message', () => say({ listeners: manager.snapshot(), removed, lastChunk: nextChunk - 1, worstLateMs }));
process.on('disconnect', () => process.exit());
