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

  /** Makes sure that what is answered from now on is answered to us: repeats a number that was never used before. */
  async sync(): Promise<void> {
    const id = this.#nextSync++;
    const answer = await this.#lines.request('guest-sync', { id }, ANSWER_MS);
    if (answer !== id) throw new Error(`the guest's agent answered ${JSON.stringify(answer)} instead of ${id}`);
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
