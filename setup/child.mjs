import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { SetupError } from './machine.mjs';

/**
 * How a child ended, what it printed, and whether a signal that was meant for us, too, came meanwhile.
 *
 * @typedef {{ code: number, signal: NodeJS.Signals | null, output: string, interrupted: boolean }} Ended
 */

const FORWARDED = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Runs a program and waits for it. Signals that reach us meanwhile reach it exactly once: at a terminal, Ctrl-C goes to
 * the whole process group, so the child already has it and we only wait; every other signal is passed on.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, output?: 'show' | 'keep', side?: (text: string) => void }} [options]
 *   `output` is shown as it comes (default) or kept for the caller. `side` receives what the child writes to its file
 *   descriptor 3.
 * @returns {Promise<Ended>}
 * @throws {SetupError} when the program cannot be started
 */
export function run(file, args, { cwd, env, output = 'show', side } = {}) {
  return new Promise((resolve, reject) => {
    const seen = output === 'show' ? 'inherit' : 'pipe';
    const child = spawn(file, args, {
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env }),
      stdio: side === undefined ? ['inherit', seen, seen] : ['inherit', seen, seen, 'pipe'],
    });
    let interrupted = false;
    let kept = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        kept += text;
      });
    }
    const sideStream = /** @type {import('node:stream').Readable | null | undefined} */ (child.stdio[3]);
    sideStream?.setEncoding('utf8').on('data', (text) => side?.(text));

    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => {
      interrupted = true;
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    for (const signal of FORWARDED) process.on(signal, forward);
    const stopForwarding = () => {
      for (const signal of FORWARDED) process.off(signal, forward);
    };

    child.once('error', (error) => {
      stopForwarding();
      reject(new SetupError(`${file} could not be started: ${error.message}`));
    });
    child.once('close', (code, signal) => {
      stopForwarding();
      resolve({
        code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]),
        signal,
        output: kept,
        interrupted,
      });
    });
  });
}

/**
 * Becomes another program: same process, same terminal, nothing in between that could swallow or double a signal. The
 * machine's own Node may be too old for that (the first run only); then the program runs as a child, and we end as it does.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<void>} resolves only when the program ran as a child, with `process.exitCode` set
 */
export async function become(file, args, env) {
  if (typeof process.execve === 'function') process.execve(file, [file, ...args], env);
  const ended = await run(file, args, { env });
  // Whoever started us must see the same end: a shell tells "killed" from "exited".
  if (ended.signal !== null) process.kill(process.pid, ended.signal);
  process.exitCode = ended.code;
}
