import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { pushSchema } from '../../src/config/push-schema.ts';
import type { Format } from '../../src/encoders/encoder.ts';
import { Feed } from '../../src/encoders/feed.ts';
import { mp3Format } from '../../src/encoders/mp3.ts';
import { lookupOneAtATime } from '../../src/push/lookups.ts';
import { Push, type PushOptions } from '../../src/push/push.ts';
import { pushTarget } from '../../src/push/target.ts';
import { Station } from '../../src/station.ts';
import { sines } from '../support/tones.ts';

export const PCM = { rateHz: 48000, channels: 2 };
export const LEFT = { hz: 997, dbfs: -12 };
export const RIGHT = { hz: 1499, dbfs: -20 };
/** Sound that can be repeated without a step: both tones have whole periods in a second. */
const SECOND = sines([LEFT, RIGHT], 1);
const BLOCK_MS = 10;

/** A feed that gets its two tones in real time, and its encoder's facts. */
export function playTones(t: ExecutionContext, format: Format = mp3Format(PCM, 128)) {
  const feed = new Feed(format, PCM, 0);
  const startMs = performance.now();
  let sent = 0;
  const ticker = setInterval(() => {
    for (; sent < (performance.now() - startMs) / BLOCK_MS; sent++) {
      const at = (sent % (1000 / BLOCK_MS)) * BLOCK_MS * 96;
      feed.write(SECOND.subarray(at, at + BLOCK_MS * 96));
    }
  }, BLOCK_MS);
  t.teardown(() => {
    clearInterval(ticker);
    feed.close();
  });
  return feed;
}

/** A push that has been started, with what it wrote to the log. It tries again soon, unless told otherwise. */
export function startPush(
  t: ExecutionContext,
  url: string,
  { config = {}, ...options }: Partial<PushOptions> & { config?: object } = {},
) {
  const feed = options.feed ?? playTones(t);
  const station = new Station({ name: 'Kirche', title: '', genre: 'talk', url: '' });
  const lines: string[] = [];
  const push = new Push({
    target: pushTarget(pushSchema.parse({ url, password: 'hackme', format: feed.format.id, ...config })),
    feed,
    station,
    pcm: PCM,
    userAgent: 'Boardfeed/test',
    stallMs: 250,
    lookup: lookupOneAtATime(),
    waitMs: () => 100,
    log: { info: (text) => lines.push(text), warn: (text) => lines.push(text) },
    ...options,
  });
  push.start();
  t.teardown(() => push.close(500));
  const state = (wanted: string) => () => push.status().state === wanted || push.status();
  return { push, feed, station, lines, state };
}

/** A server that does with each source what the test says, once it has read its request. It understands every title. */
export async function fakeServer(
  t: ExecutionContext,
  serve: (source: Socket, head: string, index: number) => void = () => {},
) {
  const open = new Set<Socket>();
  const sources: Socket[] = [];
  const heads: string[] = [];
  const titles: string[] = [];
  const server: Server = createServer(async (socket) => {
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket)); // They end in every way.
    let head = '';
    socket.on('data', (data: Buffer) => {
      if (head.includes('\r\n\r\n')) return;
      head += data;
      if (!head.includes('\r\n\r\n')) return;
      if (head.startsWith('GET')) {
        titles.push(decodeURIComponent(/song=(\S*)/.exec(head)?.[1] ?? ''));
        socket.end('HTTP/1.0 200 OK\r\n\r\n');
      } else {
        heads.push(head);
        serve(socket, head, sources.push(socket) - 1);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  t.teardown(close);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { sources, heads, titles, open, close, url: `http://127.0.0.1:${port}/live.mp3` };
}

/** A pause. */
export const pause = (ms: number) => sleep(ms);
