import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Both ends of a real TCP connection. */
export interface Pair {
  /** Our end, as the server accepted it. */
  readonly socket: net.Socket;
  /** The listener's end; it reads nothing before it is told to. */
  readonly client: net.Socket;
}

/** A server on the loopback that hands out connections one by one. */
export class Loopback {
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();

  private constructor(server: net.Server) {
    this.#server = server;
  }

  static async open(): Promise<Loopback> {
    // Half-open as HTTP's sockets are: nothing but the manager answers a FIN.
    const server = net.createServer({ allowHalfOpen: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Loopback(server);
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  /** The next connection that somebody else makes. */
  async accept(): Promise<net.Socket> {
    const [socket] = (await once(this.#server, 'connection')) as [net.Socket];
    this.#sockets.add(socket);
    return socket;
  }

  async pair(): Promise<Pair> {
    const accepted = this.accept();
    const client = net.connect({ port: this.port, host: '127.0.0.1', allowHalfOpen: true });
    client.on('error', () => {}); // What a client feels is looked at through other events.
    this.#sockets.add(client);
    const [socket] = await Promise.all([accepted, once(client, 'connect')]);
    return { socket, client };
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

/** Several connections, as a tuple so that each can have a name. */
export async function pairs<N extends 3 | 4 | 5>(loopback: Loopback, count: N): Promise<PairsOf<N>> {
  const all: Pair[] = [];
  while (all.length < count) all.push(await loopback.pair());
  return all as PairsOf<N>;
}

interface Tuples {
  3: [Pair, Pair, Pair];
  4: [Pair, Pair, Pair, Pair];
  5: [Pair, Pair, Pair, Pair, Pair];
}
type PairsOf<N extends keyof Tuples> = Tuples[N];

/** Waits until `holds`, and fails after a time that no sound machine needs. */
export async function until(what: string, holds: () => boolean, limitMs = 15_000): Promise<void> {
  const giveUpAtMs = performance.now() + limitMs;
  while (!holds()) {
    if (performance.now() > giveUpAtMs) throw new Error(`waited in vain: ${what}`);
    await sleep(2);
  }
}

/** The promise, or a failure after a time that no sound machine needs. */
export async function within(what: string, promise: Promise<void>, limitMs = 15_000): Promise<void> {
  let done = false;
  await Promise.race([promise.then(() => (done = true)), until(what, () => done, limitMs)]);
}

/** Fills the kernel's buffers of a connection whose peer does not read. Returns how much went in, bytes. */
export function fillKernel(socket: net.Socket, pieceBytes = 16_384, limitBytes = Number.POSITIVE_INFINITY): number {
  const piece = Buffer.alloc(pieceBytes);
  let bytes = 0;
  while (bytes + pieceBytes <= limitBytes) {
    socket.write(piece);
    if (socket.writableLength > 0) break;
    bytes += pieceBytes;
  }
  return bytes;
}

/** Two whole turns of the event loop. */
export async function turns(count = 2): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
