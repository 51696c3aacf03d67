import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { KernelTruth } from '../../src/connections/wire.ts';
import type { Answer, Manner, Order, Report } from '../connections/readers.ts';
import { type Running, until } from '../support/processes.ts';
import { ADDRESSES, type Link, type Side } from './link.ts';
import type { SenderMessage, SenderReport, SenderSettings } from './sender.ts';

const scriptPath = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** A sender on the near side of a link. */
export class Sender {
  readonly port: number;
  readonly #process: Running;

  private constructor(process: Running, port: number) {
    this.#process = process;
    this.port = port;
  }

  static async start(link: Link, settings: SenderSettings): Promise<Sender> {
    const process = runScript(link, 'near', scriptPath('sender.ts'), JSON.stringify(settings));
    const message = await nextMessage<SenderMessage>(process);
    return new Sender(process, 'port' in message ? message.port : 0);
  }

  async report(): Promise<SenderReport> {
    return (await ask(this.#process, 'report')) as SenderReport;
  }

  /** What it says of its only listener. */
  async figures(): Promise<KernelTruth & { readonly behindMs: number }> {
    const { listeners, removed } = await this.report();
    const [listener] = listeners;
    if (listeners.length !== 1 || listener?.kernel === undefined)
      throw new Error(JSON.stringify({ listeners, removed }));
    return { ...listener.kernel, behindMs: listener.behindMs };
  }

  /** Waits until so many were removed, and returns them. */
  async untilRemoved(count: number, timeoutMs?: number): Promise<SenderReport['removed']> {
    const enough = async () => (await this.report()).removed.length >= count || 'too few';
    await until(`${count} listeners are removed`, enough, timeoutMs);
    return (await this.report()).removed;
  }
}

/** Listeners on one side of a link, in a process of their own. */
export class Listeners {
  readonly process: Running;
  readonly #host: string;
  readonly #port: number;

  private constructor(process: Running, host: string, port: number) {
    this.process = process;
    this.#host = host;
    this.#port = port;
  }

  /** @param side where they are; those on the near side reach the sender without the link */
  static start(link: Link, side: Side, sender: Sender): Listeners {
    const process = runScript(link, side, scriptPath('../connections/readers.ts'));
    return new Listeners(process, side === 'near' ? '127.0.0.1' : ADDRESSES.near, sender.port);
  }

  /** Lets one more connect. Returns its id, as the sender knows it. */
  async join(manner: Manner = 'steady'): Promise<string> {
    const answer = await this.#ask({ do: 'connect', port: this.#port, host: this.#host, manner });
    return answer.done === 'connect' ? `${answer.localPort}` : '';
  }

  /** From now on the gaps count. */
  async startGaps(): Promise<void> {
    await this.#ask({ do: 'startGaps' });
  }

  async report(id: string): Promise<Report> {
    const answer = await this.#ask({ do: 'report' });
    const reports = answer.done === 'report' ? answer.reports : [];
    const found = reports.find(({ localPort }) => `${localPort}` === id);
    if (found === undefined) throw new Error(`no listener ${id}`);
    return found;
  }

  async #ask(order: Order): Promise<Answer> {
    return (await ask(this.process, order)) as Answer;
  }
}

function runScript(link: Link, side: Side, path: string, ...args: string[]): Running {
  return link.run(side, process.execPath, [path, ...args], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
}

async function ask(running: Running, order: unknown): Promise<unknown> {
  const answered = nextMessage(running);
  running.child.send(order as never);
  return answered;
}

/** The next thing that a process says, or its end as a failure. */
async function nextMessage<Message>({ child, output }: Running): Promise<Message> {
  const ended = new AbortController();
  const onExit = () => ended.abort(new Error(`the process has ended: ${output()}`));
  child.once('exit', onExit);
  try {
    const [message] = (await once(child, 'message', { signal: ended.signal })) as [Message];
    return message;
  } finally {
    child.off('exit', onExit);
  }
}
