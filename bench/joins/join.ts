import { connect } from 'node:net';
import { setImmediate as nextRound, setTimeout as sleep } from 'node:timers/promises';

/** How long a stream may be silent, ms. */
const PATIENCE_MS = 15_000;

/** So long after the answer has begun, what was sent at once has surely arrived, ms. */
export const OPENING_MS = 200;

/** How somebody joins. */
export interface JoinPlan {
  /** Id of the format. */
  readonly format: string;
  /** What is asked for as `?burst=`, ms; undefined for what the box gives who does not ask. */
  readonly burstMs?: number;
  /** Asks for titles in the stream (ICY). */
  readonly titles?: boolean;
  /** How long is listened: more than `OPENING_MS`; undefined until the box ends it, ms. */
  readonly listenMs?: number;
}

/**
 * A moment on the clock of the box, in samples of the programme: at least `from`, at most `to`. The clock is a listener in the
 * same process that hears the WAV stream all the time.
 */
export interface Moment {
  readonly from: number;
  readonly to: number;
}

/** Reads the clock of the box. */
export type BoxClock = () => number;

/** What a listener received, and when. */
export interface Joined {
  readonly plan: JoinPlan;
  /** The body of the answer, byte by byte. */
  readonly body: Buffer;
  /** How much of it was there at `joined`, bytes. */
  readonly openingBytes: number;
  /** Sound between two titles, bytes; undefined when there are no titles in it. */
  readonly metaBytes: number | undefined;
  /** When it was asked for. */
  readonly asked: number;
  /** Some time after the answer had begun; with titles in the stream, after the sound had. */
  readonly joined: Moment;
  readonly left: Moment;
}

/** Joins a stream as the plan says, and leaves. Throws when the box answers anything but a stream, or ends it by itself. */
export async function join(port: number, plan: JoinPlan, clock: BoxClock): Promise<Joined> {
  const asked = clock();
  const socket = connect(port, '127.0.0.1');
  let [received, closed] = [Buffer.alloc(0), false];
  const pieces: Buffer[] = [];
  const began = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const headEnd = () => received.indexOf('\r\n\r\n') + 4;
  const gather = () => {
    received = Buffer.concat([received, ...pieces.splice(0)]);
  };
  socket.on('data', (piece: Buffer) => {
    pieces.push(piece);
    // Later it would be copied again and again.
    if (received.length > 4096) return;
    gather();
    if (headEnd() > 3 && (!plan.titles || received.length > headEnd())) began.resolve();
  });
  socket.on('error', (error) => began.reject(error));
  socket.on('close', () => {
    closed = true;
    began.reject(new Error('no answer'));
    ended.resolve();
  });
  socket.setTimeout(PATIENCE_MS, () => socket.destroy());
  const burst = plan.burstMs === undefined ? '' : `?burst=${plan.burstMs}`;
  const wish = plan.titles ? 'Icy-MetaData: 1\r\n' : '';
  socket.write(`GET /stream.${plan.format}${burst} HTTP/1.0\r\nHost: box\r\n${wish}\r\n`);
  try {
    await began.promise;
    await sleep(OPENING_MS);
    const joined = await moment(clock, gather);
    const openingEnd = received.length;
    const head = received.toString('latin1', 0, headEnd());
    if (!/^HTTP\/1\.1 200 /.test(head)) throw new Error(head);
    await (plan.listenMs === undefined ? ended.promise : sleep(plan.listenMs - OPENING_MS));
    if (closed && plan.listenMs !== undefined) throw new Error('the stream ended by itself');
    const left = await moment(clock, () => socket.destroy());
    gather();
    const body = received.subarray(head.length);
    const metaint = /^icy-metaint: (\d+)\r$/im.exec(head)?.[1];
    if ((metaint !== undefined) !== (plan.titles === true)) throw new Error(head);
    const metaBytes = metaint === undefined ? undefined : Number(metaint);
    return { plan, body, openingBytes: openingEnd - head.length, metaBytes, asked, joined, left };
  } finally {
    socket.destroy();
  }
}

/**
 * Does something between two rounds of the event loop, and says when. All that had arrived has been read then, but not of all
 * sockets at the same moment: what the clock lacks, it has after one more round.
 */
async function moment(clock: BoxClock, act: () => void): Promise<Moment> {
  await nextRound();
  const from = clock();
  act();
  await nextRound();
  return { from, to: clock() };
}
