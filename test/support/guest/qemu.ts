import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, until } from '../processes.ts';
import { Qmp } from './qmp.ts';

/** A program of QEMU's: how it is started, and in which environment. */
export interface Program {
  readonly command: readonly [string, ...string[]];
  readonly env?: NodeJS.ProcessEnv;
}

/** A machine that runs in QEMU. */
export interface Qemu {
  readonly qmp: Qmp;
  /** Of its own, and gone with it. */
  readonly folder: string;
  /** What was printed on its consoles so far, one after the other; from the first that was asked for. */
  console(): string;
  /** Pulls the plug: QEMU is gone at once, with whatever it had not written yet. Harmless when it is out. */
  stop(): Promise<void>;
}

/** Arguments for QEMU that keep what is printed on its first serial lines. */
export function consoleArguments(folder: string, count = 1): string[] {
  return Array.from({ length: count }, (_, line) => ['-serial', `file:${join(folder, `console${line}`)}`]).flat();
}

/**
 * Switches a machine on. It never outlives the thread that did so.
 *
 * @param argumentsIn QEMU's arguments but those for its monitor, for a machine with such a folder
 */
export async function startQemu(
  { command, env = process.env }: Program,
  argumentsIn: (folder: string) => readonly string[],
): Promise<Qemu> {
  const folder = mkdtempSync(join(tmpdir(), 'boardfeed-guest-'));
  const socket = join(folder, 'qmp');
  const monitor = ['-qmp', `unix:${socket},server=on,wait=off`];
  const running = run('setpriv', ['--pdeathsig', 'KILL', '--', ...command, ...argumentsIn(folder), ...monitor], {
    env,
  });
  let printed = '';
  const console = () => {
    if (existsSync(folder)) {
      const files = readdirSync(folder)
        .filter((name) => name.startsWith('console'))
        .sort();
      printed = files.map((name) => readFileSync(join(folder, name), 'utf8')).join('');
    }
    return printed;
  };
  const end = async () => {
    await running.stop('SIGKILL');
    console();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await until('QEMU is there', () => {
      if (running.child.exitCode !== null) throw new Error(`QEMU ended:\n${running.output()}`);
      return existsSync(socket) || running.output();
    });
    const qmp = new Qmp(socket);
    await qmp.open();
    return {
      qmp,
      folder,
      console: () => console() || running.output(),
      async stop() {
        qmp.close();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}
