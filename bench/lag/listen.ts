import { connect, type Socket } from 'node:net';
import { monotonicMs } from '../../src/pcm.ts';
import { Arrivals } from './arrivals.ts';

/** How long a server has to answer, in ms. */
const ANSWER_MS = 10_000;

/** A listener that notes when each of its bytes arrived. */
export interface Listening {
  /** The body. */
  arrivals: Arrivals;
  close(): void;
}

/** Listens to a stream over HTTP/1.0, so that no server frames the body into chunks. Resolves when the body begins. */
export function listen(url: string): Promise<Listening> {
  const { hostname, port, pathname, search, host } = new URL(url);
  const arrivals = new Arrivals();
  let head = Buffer.alloc(0);
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(Number(port), hostname);
    const fail = (why: string) => {
      socket.destroy();
      reject(new Error(`${url}: ${why}`));
    };
    const timer = setTimeout(() => fail(`no answer in ${ANSWER_MS} ms`), ANSWER_MS);
    const readBody = (piece: Buffer) => arrivals.push(piece, monotonicMs());
    const readHead = (piece: Buffer) => {
      const timeMs = monotonicMs();
      head = Buffer.concat([head, piece]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      if (!/^HTTP\/1\.\d 200 /.test(head.toString('latin1', 0, end))) return fail(head.toString('latin1', 0, end));
      clearTimeout(timer);
      socket.off('data', readHead).on('data', readBody);
      arrivals.push(head.subarray(end + 4), timeMs);
      resolve({ arrivals, close: () => socket.destroy() });
    };
    socket.setNoDelay(true);
    socket.on('data', readHead);
    socket.on('error', (error) => fail(error.message));
    socket.on('close', () => fail('closed before an answer'));
    socket.write(`GET ${pathname}${search} HTTP/1.0\r\nHost: ${host}\r\nUser-Agent: boardfeed-bench\r\n\r\n`);
  });
}
