import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, until } from './processes.ts';

/** Prints each datagram that comes as a line of JSON: milliseconds of CLOCK_MONOTONIC, and the text. */
const PROGRAM = `
import json, socket, sys, time
manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
name = sys.argv[1]
manager.bind("\\0" + name[1:] if name[0] == "@" else name)
print("listening", flush=True)
while True:
    text = manager.recv(4096).decode()
    print(json.dumps([time.monotonic() * 1000, text]), flush=True)
`;

/** One message, as it came. */
export interface Message {
  readonly atMs: number;
  /** Names and values. */
  readonly lines: Readonly<Record<string, string>>;
}

/** A service manager that only listens. */
export interface Manager {
  /** What a process must have in its environment to speak to it. */
  readonly env: NodeJS.ProcessEnv;
  messages(): Message[];
  /** How often it has heard that the process lives. */
  beats(): number;
  /** What it was last told of the status. */
  status(): string | undefined;
  stop(): Promise<void>;
}

/** Starts one. @param watchdogMs how often it wants to hear that the process lives; @param abstract whether its address is no file */
export async function startManager(watchdogMs: number, abstract = false): Promise<Manager> {
  const folder = mkdtempSync(join(tmpdir(), 'boardfeed-manager-'));
  const address = abstract ? `@${folder}/notify` : join(folder, 'notify');
  const listening = run('python3', ['-c', PROGRAM, address]);
  await until('the manager listens', () => listening.output().startsWith('listening') || listening.output());
  const messages = () =>
    listening
      .output()
      .split('\n')
      .slice(1, -1)
      .map((line): Message => {
        const [atMs, text] = JSON.parse(line) as [number, string];
        return { atMs, lines: Object.fromEntries(text.split('\n').map((one) => one.split(/=(.*)/s).slice(0, 2))) };
      });
  return {
    env: { NOTIFY_SOCKET: address, WATCHDOG_USEC: `${watchdogMs * 1000}` },
    messages,
    beats: () => messages().filter(({ lines }) => lines.WATCHDOG === '1').length,
    status: () => messages().findLast(({ lines }) => lines.STATUS !== undefined)?.lines.STATUS,
    async stop() {
      await listening.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
