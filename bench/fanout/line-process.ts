import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type Running, run } from '../../test/support/processes.ts';

/** A process that speaks in lines. */
export class LineProcess {
  readonly #running: Running;
  readonly #name: string;
  readonly #lines: string[] = [];
  #ended = false;
  #changed: (() => void) | undefined;

  /** Starts it, with stdin as a pipe. */
  constructor(name: string, command: string, args: string[], env: NodeJS.ProcessEnv = process.env) {
    this.#name = name;
    this.#running = run(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env });
    const { child } = this.#running;
    child.stdin?.on('error', () => {}); // It has ended, which `next` tells.
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => this.#push(line));
    child.once('close', () => {
      this.#ended = true;
      this.#changed?.();
    });
  }

  get child(): ChildProcess {
    return this.#running.child;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** The next line on stdout. Throws when the process has ended, or has said nothing for `timeoutMs`. */
  async next(timeoutMs: number): Promise<string> {
    const endMs = performance.now() + timeoutMs;
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) return line;
      if (this.#ended) throw new Error(`${this.#name} ended:\n${this.#running.output()}`);
      const leftMs = endMs - performance.now();
      if (leftMs <= 0) throw new Error(`${this.#name} said nothing for ${timeoutMs} ms:\n${this.#running.output()}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Reads on until a line is `wanted`; bounded as `next` is, for all lines together. */
  async until(wanted: string, timeoutMs: number): Promise<void> {
    const endMs = performance.now() + timeoutMs;
    while ((await this.next(Math.max(0, endMs - performance.now()))) !== wanted);
  }

  /** Sends a line. */
  say(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  /** Closes its stdin: it shall come to an end. */
  finish(): void {
    this.child.stdin?.end();
  }

  /** Ends it; resolves when it has gone. */
  stop(): Promise<void> {
    return this.#running.stop();
  }

  #push(line: string): void {
    this.#lines.push(line);
    this.#changed?.();
  }
}
