import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Below those threads of Chromium and PulseAudio that have a real-time priority by themselves, and above everything else. */
const PRIORITY = 4;

const may = process.getuid?.() === 0;

/** A command that is started with real-time priority, where that is allowed. */
export const realTime = (...command: [string, ...string[]]): [string, ...string[]] =>
  may ? ['chrt', '--rr', `${PRIORITY}`, ...command] : command;

/** Gives all threads of a process that priority, where that is allowed: what a card and a loudspeaker do waits for no processor. */
export async function hurry(pid: number): Promise<void> {
  if (!may) return;
  // Those that have one keep it.
  const { stdout } = await promisify(execFile)('ps', ['-L', '-o', 'tid=,cls=', '-p', `${pid}`]);
  const ordinary = stdout.split('\n').flatMap((line) => /^\s*(\d+)\s+TS/.exec(line)?.[1] ?? []);
  for (const tid of ordinary) await promisify(execFile)('chrt', ['--rr', '--pid', `${PRIORITY}`, tid]);
}
