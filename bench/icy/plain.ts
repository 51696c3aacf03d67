import { connect, type Socket } from 'node:net';
import { setImmediate as nextRound } from 'node:timers/promises';

const FIRST_ROOM_BYTES = 1 << 20;

/** Listens to a stream; what follows the head of the answer goes to `onBody`. */
export function openStream(
  port: number,
  request: string,
  on: { head(head: string): void; body(piece: Buffer): void; end(why: string): void },
): Socket {
  let head: Buffer | undefined = Buffer.alloc(0);
  const socket = connect(port, '127.0.0.1', () => socket.write(request));
  socket.on('data', (piece: Buffer) => {
    if (!head) return on.body(piece);
    head = Buffer.concat([head, piece]);
    const end = head.indexOf('\r\n\r\n') + 4;
    if (end < 4) return;
    const body = head.subarray(end);
    on.head(head.toString('latin1', 0, end));
    head = undefined;
    if (body.length > 0) on.body(body);
  });
  socket.on('error', (error) => on.end(error.message));
  socket.on('close', () => on.end('the box ended the stream'));
  return socket;
}

/** The listener without titles who is there all the time: what the others must have, and where they are in it. */
export class PlainListener {
  readonly #socket: Socket;
  #bytes = Buffer.alloc(FIRST_ROOM_BYTES);
  #length = 0;
  /** Why it hears nothing more; empty while it does. */
  ended = '';

  constructor(port: number) {
    this.#socket = openStream(port, 'GET /stream.mp3?burst=0 HTTP/1.0\r\n\r\n', {
      head: () => {},
      body: (piece) => this.#keep(piece),
      end: (why) => {
        this.ended ||= why;
      },
    });
  }

  /** How much it has heard, bytes. */
  get length(): number {
    return this.#length;
  }

  /** What it heard, from `from` on, at most `bytes` of it. */
  part(from: number, bytes: number): Buffer {
    return this.#bytes.subarray(from, Math.min(from + bytes, this.#length));
  }

  /** How much it has heard when everything was read that had arrived by now. */
  async lengthNow(): Promise<number> {
    await nextRound();
    await nextRound();
    return this.#length;
  }

  /** Where it heard the same, not before `from`; -1 when it did not. */
  find(sound: Buffer, from: number): number {
    return this.#bytes.subarray(0, this.#length).indexOf(sound, from);
  }

  close(): void {
    this.#socket.destroy();
  }

  #keep(piece: Buffer): void {
    if (this.#length + piece.length > this.#bytes.length) {
      this.#bytes = Buffer.concat([this.#bytes], 2 * this.#bytes.length + piece.length);
    }
    piece.copy(this.#bytes, this.#length);
    this.#length += piece.length;
  }
}
