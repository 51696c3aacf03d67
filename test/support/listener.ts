import { connect } from 'node:net';
import { monotonicMs } from '../../src/pcm.ts';

/** A raw HTTP listener that keeps what it hears. */
export interface Listening {
  /** The body so far. */
  body(): Buffer;
  /** When each piece of the body arrived, in ms of CLOCK_MONOTONIC, and how long the body was then, in bytes. */
  arrivals: { atMs: number; bytes: number }[];
  /** Whether the connection is still there. */
  open(): boolean;
  stop(): void;
}

/** Listens to a stream of the box. */
export function listen(port: number, path: string): Listening {
  const parts: Buffer[] = [];
  const arrivals: Listening['arrivals'] = [];
  let bytes = 0;
  let head: Buffer | undefined = Buffer.alloc(0);
  let open = true;
  const socket = connect(port, '127.0.0.1', () => socket.write(`GET ${path} HTTP/1.0\r\nHost: box\r\n\r\n`));
  socket.on('data', (data: Buffer) => {
    let part = data;
    if (head) {
      head = Buffer.concat([head, data]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      part = head.subarray(end + 4);
      head = undefined;
    }
    parts.push(part);
    bytes += part.length;
    arrivals.push({ atMs: monotonicMs(), bytes });
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    open = false;
  });
  return { body: () => Buffer.concat(parts), arrivals, open: () => open, stop: () => socket.destroy() };
}
