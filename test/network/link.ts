import type { SpawnOptions } from 'node:child_process';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { compile } from '../native/_cards.ts';
import { type Running, run } from '../support/processes.ts';

/** The two ends of a link: network namespaces that have nothing but their own loopback and the link. */
export type Side = 'near' | 'far';

/** The addresses of the two ends, of a block that is kept for examples: nothing real is ever behind them. */
export const ADDRESSES: Readonly<Record<Side, string>> = { near: '192.0.2.1', far: '192.0.2.2' };

/** What came to the link in one direction. A TCP segment counts if it carries data; an acknowledgement alone does not. */
export interface Counts {
  readonly packets: number;
  readonly bytes: number;
  /** Packets that came and never went on, for whatever reason. */
  readonly dropped: number;
  readonly dataSegments: number;
  /** Those that begin with data which had come before. */
  readonly retransmittedSegments: number;
  readonly droppedSegments: number;
}

export interface LinkCounts {
  readonly toFar: Counts;
  readonly toNear: Counts;
}

/** The relay's exit code where network namespaces or TUN devices are not to be had. */
const NOT_PERMITTED = 77;
const PATIENCE_MS = 10_000;

const relay = await compile(
  'relay',
  ['relay.c', 'direction.c', 'net_side.c'].map((name) => fileURLToPath(new URL(name, import.meta.url))),
  ['-std=gnu11', '-O2'],
);

interface Hello {
  readonly nearFd: number;
  readonly farFd: number;
  readonly ownUsers: boolean;
}

/** The machine does not permit what a link needs. */
class NotPermitted extends Error {}

/** Two network namespaces, and a link between them that does what it is told. They end with `close`, or with this process. */
export class Link {
  readonly #relay: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #hello: Hello;
  readonly #inside: Running[] = [];

  private constructor(process: ChildProcess, answers: AsyncIterator<string>, hello: Hello) {
    this.#relay = process;
    this.#answers = answers;
    this.#hello = hello;
  }

  /** @param seed of the generator that chooses what is lost */
  static async open(seed = 1): Promise<Link> {
    const child = spawn(relay, [`${seed}`], { stdio: ['pipe', 'pipe', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (text: Buffer) => {
      complaint += text;
    });
    child.stdin.on('error', () => {}); // It has ended; the missing answer says so.
    const closed = once(child, 'close');
    const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
    const { value, done } = await answers.next();
    if (!done) return new Link(child, answers, JSON.parse(value));
    const [code] = await closed;
    if (code === NOT_PERMITTED) throw new NotPermitted(complaint.trim());
    throw new Error(`the relay ended with exit code ${code}: ${complaint}`);
  }

  /** Starts a process on one side. It is ended with the link. */
  run(side: Side, command: string, args: string[], options?: SpawnOptions): Running {
    const { nearFd, farFd, ownUsers } = this.#hello;
    const ofRelay = `/proc/${this.#relay.pid}`;
    const users = ownUsers ? ['--preserve-credentials', `--user=${ofRelay}/ns/user`] : [];
    const net = `--net=${ofRelay}/fd/${side === 'near' ? nearFd : farFd}`;
    const running = run('nsenter', [...users, net, '--', command, ...args], options);
    this.#inside.push(running);
    return running;
  }

  /** Holds up every packet in each direction, which makes the round trip `2 * ms`. */
  delay(ms: number): Promise<LinkCounts> {
    return this.#order(`delay ${ms}`);
  }

  /** Drops packets at random in each direction. */
  loss(percent: number): Promise<LinkCounts> {
    return this.#order(`loss ${percent}`);
  }

  /** Limits each direction, kbit/s; 0: no limit. At most 16 KiB wait for a limited link. */
  rate(kbitPerS: number): Promise<LinkCounts> {
    return this.#order(`rate ${kbitPerS}`);
  }

  /** Nothing passes any more, not even what is under way, and nobody is told. */
  cut(): Promise<LinkCounts> {
    return this.#order('cut');
  }

  mend(): Promise<LinkCounts> {
    return this.#order('mend');
  }

  counts(): Promise<LinkCounts> {
    return this.#order('count');
  }

  /** Ends everything inside, and with that the namespaces. */
  async close(): Promise<void> {
    // A frozen process cannot hear of SIGTERM.
    await Promise.all(this.#inside.map((running) => running.stop('SIGKILL')));
    if (this.#relay.exitCode !== null || this.#relay.signalCode !== null) return;
    const ended = once(this.#relay, 'exit');
    this.#relay.stdin?.end();
    const timer = setTimeout(() => this.#relay.kill('SIGKILL'), PATIENCE_MS);
    await ended;
    clearTimeout(timer);
  }

  /** One at a time: the answers come in the order of the orders. */
  async #order(line: string): Promise<LinkCounts> {
    this.#relay.stdin?.write(`${line}\n`);
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(`the relay has ended; it was told: ${line}`);
    return JSON.parse(value);
  }
}

/** Why there can be no link on this machine; undefined when there can. */
export async function linkObstacle(): Promise<string | undefined> {
  try {
    await (await Link.open()).close();
    return undefined;
  } catch (error) {
    if (error instanceof NotPermitted) return error.message;
    throw error;
  }
}
