/** Run as a process of its own: listeners that read, so that their work does not disturb the event loop under test. */
import net from 'node:net';
import { NumberedReader } from './numbered.ts';

/**
 * How a listener behaves: `steady` reads at once, `pausing` stops now and then for up to 600 ms, `leaving` goes after a random
 * time in a random way, `frozen` never reads.
 */
export type Manner = 'steady' | 'pausing' | 'leaving' | 'frozen';

export type Order =
  | { readonly do: 'connect'; readonly port: number; readonly host?: string; readonly manner: Manner }
  | { readonly do: 'startGaps' }
  | { readonly do: 'thaw'; readonly afterMs: number }
  | { readonly do: 'report' };

export interface Report {
  readonly manner: Manner;
  readonly localPort: number;
  readonly chunksFrom: number;
  readonly chunksTo: number;
  readonly fault: string;
  /** Longest time between two arrivals since `startGaps`, ms. */
  readonly worstGapMs: number;
  readonly closed: boolean;
}

export type Answer =
  | { readonly done: 'connect'; readonly localPort: number }
  | { readonly done: 'startGaps' | 'thaw' }
  | { readonly done: 'report'; readonly reports: Report[] };

interface Client {
  readonly manner: Manner;
  readonly localPort: number;
  readonly reader: NumberedReader;
  lastArrivalMs: number;
  worstGapMs: number;
  closed: boolean;
}

const clients: Client[] = [];
const frozen: net.Socket[] = [];

process.on('message', (order: Order) => {
  if (order.do === 'connect') connect(order.port, order.host ?? '127.0.0.1', order.manner);
  if (order.do === 'startGaps') startGaps();
  if (order.do === 'thaw') thaw(order.afterMs);
  if (order.do === 'report') answer({ done: 'report', reports: clients.map(report) });
});
process.on('disconnect', () => process.exit());

function answer(what: Answer): void {
  process.send?.(what);
}

function connect(port: number, host: string, manner: Manner): void {
  const socket = net.connect({ port, host });
  socket.on('error', () => {}); // Some of them are meant to be dropped.
  socket.once('connect', () => {
    const client: Client = {
      manner,
      localPort: socket.localPort ?? 0,
      reader: new NumberedReader(),
      lastArrivalMs: performance.now(),
      worstGapMs: 0,
      closed: false,
    };
    clients.push(client);
    socket.on('close', () => {
      client.closed = true;
    });
    behave(socket, client);
    answer({ done: 'connect', localPort: client.localPort });
  });
}

function behave(socket: net.Socket, client: Client): void {
  if (client.manner === 'frozen') {
    socket.pause();
    frozen.push(socket);
    return;
  }
  socket.on('data', (data: Buffer) => {
    const nowMs = performance.now();
    client.worstGapMs = Math.max(client.worstGapMs, nowMs - client.lastArrivalMs);
    client.lastArrivalMs = nowMs;
    client.reader.push(data);
  });
  if (client.manner === 'pausing') pauseNowAndThen(socket);
  if (client.manner === 'leaving') setTimeout(leave, Math.random() * 1500, socket);
}

function pauseNowAndThen(socket: net.Socket): void {
  if (socket.destroyed) return;
  socket.pause();
  setTimeout(() => {
    socket.resume();
    setTimeout(pauseNowAndThen, Math.random() * 200, socket);
  }, Math.random() * 600);
}

function leave(socket: net.Socket): void {
  const ways = [() => socket.end(), () => socket.destroy(), () => socket.resetAndDestroy()];
  ways[Math.floor(Math.random() * ways.length)]?.();
}

function thaw(afterMs: number): void {
  setTimeout(() => {
    for (const socket of frozen.splice(0)) socket.resume();
  }, afterMs);
  answer({ done: 'thaw' });
}

function startGaps(): void {
  for (const client of clients) {
    client.lastArrivalMs = performance.now();
    client.worstGapMs = 0;
  }
  answer({ done: 'startGaps' });
}

function report(client: Client): Report {
  const { manner, localPort, reader, worstGapMs, closed } = client;
  return {
    manner,
    localPort,
    chunksFrom: reader.first,
    chunksTo: reader.last,
    fault: reader.fault,
    worstGapMs,
    closed,
  };
}
