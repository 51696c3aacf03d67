import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Answer, Manner, Order, Report } from './readers.ts';
import type { Loopback } from './sockets.ts';

/** Listeners in a process of their own. */
export class Audience {
  readonly #process: ChildProcess;
  readonly #loopback: Loopback;

  constructor(loopback: Loopback) {
    this.#loopback = loopback;
    this.#process = fork(new URL('./readers.ts', import.meta.url));
  }

  /** Lets one more listener connect; returns our end of it. */
  async join(manner: Manner): Promise<Socket> {
    const accepted = this.#loopback.accept();
    await this.#ask({ do: 'connect', port: this.#loopback.port, manner });
    return accepted;
  }

  /** From now on the gaps count. */
  async startGaps(): Promise<void> {
    await this.#ask({ do: 'startGaps' });
  }

  /** Those that are frozen now begin to read, `afterMs` from now. */
  async thaw(afterMs: number): Promise<void> {
    await this.#ask({ do: 'thaw', afterMs });
  }

  /** All of them stand still, as a frozen program does: their machine goes on without them. */
  freeze(): void {
    this.#process.kill('SIGSTOP');
  }

  /** They go on. */
  unfreeze(): void {
    this.#process.kill('SIGCONT');
  }

  async report(): Promise<Report[]> {
    const answer = await this.#ask({ do: 'report' });
    return answer.done === 'report' ? answer.reports : [];
  }

  leave(): void {
    this.#process.disconnect();
  }

  async #ask(order: Order): Promise<Answer> {
    const answered = once(this.#process, 'message');
    this.#process.send(order);
    const [answer] = (await answered) as [Answer];
    return answer;
  }
}
