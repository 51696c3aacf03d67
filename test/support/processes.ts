import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a process has to end after SIGTERM before it is killed, in ms. */
const STOP_MS = 3000;

/** A process that a test has started. */
export interface Running {
  child: ChildProcess;
  /** What it wrote to stdout and stderr so far, the last 100 kB of it. Empty for a stream that is piped elsewhere. */
  output(): string;
  /** Ends it; resolves when it has gone. Harmless when it has. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a process whose output is kept, and that never outlives the test process unnoticed. */
export function run(command: string, args: string[], options: SpawnOptions = {}): Running {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  let text = '';
  const keep = (part: Buffer) => {
    text = (text + part.toString()).slice(-100_000);
  };
  if (options.stdio === undefined) child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  child.on('error', (error) => keep(Buffer.from(`${command}: ${error.message}\n`)));
  const gone = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  return {
    child,
    output: () => text,
    async stop(signal = 'SIGTERM') {
      if (gone()) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Waits until `done` holds; throws with `what` and the last answer after `timeoutMs`. */
export async function until(what: string, done: () => unknown, timeoutMs = 10_000): Promise<void> {
  const endMs = Date.now() + timeoutMs;
  for (;;) {
    const answer = await done();
    if (answer === true) return;
    if (Date.now() > endMs)
      throw new Error(`waited ${timeoutMs} ms in vain: ${what} (last: ${JSON.stringify(answer)})`);
    await sleep(20);
  }
}
