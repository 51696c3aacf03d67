import { setTimeout as sleep } from 'node:timers/promises';
import { JsonLines } from './json-lines.ts';

/** How a command in the guest ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An emulated machine is some ten times slower than a real one, and shares ours with whatever else runs. */
const ANSWER_MS = 60_000;
const POLL_MS = 100;
/** How long answers to an earlier agent are let pass. */
const SETTLE_MS = 300;

interface ExecStatus {
  exited: boolean;
  exitcode?: number;
  signal?: number;
  'out-data'?: string;
  'err-data'?: string;
}

/** QEMU's guest agent: root's hands inside the machine (Debian's package qemu-guest-agent, over a virtio serial port). */
export class Agent {
  readonly #lines: JsonLines;
  #nextSync = 1;

  constructor(path: string) {
    this.#lines = new JsonLines(path, () => {});
  }

  /**
   * Waits until the agent answers: after a start or restart of the machine. What was sent before there was an agent is answered
   * late; so it must repeat a number that was never used before.
   */
  async waitUntilUp(timeoutMs: number): Promise<void> {
    const endMs = Date.now() + timeoutMs;
    for (;;) {
      const id = this.#nextSync++;
      const answer = await this.#lines.request('guest-sync', { id }, 2000).catch(() => undefined);
      if (answer === id) return;
      if (Date.now() > endMs) throw new Error(`the guest's agent did not answer in ${timeoutMs} ms`);
      await sleep(SETTLE_MS);
    }
  }

  /** Runs a shell script in the guest and waits for its end; what it leaves in the background must have its output elsewhere. */
  async run(script: string, timeoutS: number): Promise<Ended> {
    // The guest ends it, too: nobody would read the answer any more.
    const arg = ['-k', '5', `${timeoutS}`, '/bin/sh', '-c', script];
    const started = (await this.#lines.request(
      'guest-exec',
      { path: '/usr/bin/timeout', arg, env: ['LC_ALL=C.UTF-8', PATH_IN_GUEST], 'capture-output': true },
      ANSWER_MS,
    )) as { pid: number };
    const endMs = Date.now() + (timeoutS + 10) * 1000 + ANSWER_MS;
    for (let pauseMs = POLL_MS; Date.now() < endMs; pauseMs = Math.min(pauseMs * 1.5, 1000)) {
      const status = (await this.#lines.request('guest-exec-status', started, ANSWER_MS)) as ExecStatus;
      if (status.exited) {
        return {
          code: status.exitcode ?? 128 + (status.signal ?? 0),
          stdout: text(status['out-data']),
          stderr: text(status['err-data']),
        };
      }
      await sleep(pauseMs);
    }
    throw new Error(`did not end in ${timeoutS} s: ${script}`);
  }

  close(): void {
    this.#lines.close();
  }
}

const PATH_IN_GUEST = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const text = (base64 = '') => Buffer.from(base64, 'base64').toString();
