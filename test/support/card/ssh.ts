import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ended } from '../guest/agent.ts';
import type { Hands } from '../guest/guest.ts';
import { type Running, run } from '../processes.ts';

/** An emulated processor takes its time to encrypt; a machine that does not answer at all is asked again. */
const CONNECT_MS = 40_000;
const AGAIN_MS = 1000;
/** Beside what a command may take: the way there and back. */
const WAY_MS = 60_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** A pair of keys that lives as long as a test. */
export class SshKey {
  readonly #folder = mkdtempSync(join(tmpdir(), 'boardfeed-key-'));
  readonly file = join(this.#folder, 'key');
  /** As it stands in `authorized_keys`. */
  readonly words: string;

  constructor() {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'the tests', '-f', this.file]);
    this.words = readFileSync(`${this.file}.pub`, 'utf8').trim();
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Root's hands in a machine, by way of its SSH server: one connection, through which every command goes. */
export class Ssh implements Hands {
  readonly #key: SshKey;
  readonly #port: number;
  readonly #folder = mkdtempSync(join(tmpdir(), 'boardfeed-ssh-'));
  readonly #socket = join(this.#folder, 'control');
  #master: Running | undefined;

  /** @param port of 127.0.0.1, where the machine's port 22 is reached */
  constructor(key: SshKey, port: number) {
    this.#key = key;
    this.#port = port;
  }

  /** Connects to a machine that starts, or starts again. Rejects when it does not let us in within so long. */
  async connect(timeoutMs: number): Promise<void> {
    const endMs = Date.now() + timeoutMs;
    for (;;) {
      await this.#hangUp();
      const master = run('setpriv', ['--pdeathsig', 'KILL', '--', 'ssh', '-N', '-M', ...this.#options()]);
      this.#master = master;
      const gone = () => master.child.exitCode !== null || master.child.signalCode !== null;
      const giveUpMs = Date.now() + CONNECT_MS;
      while (!gone() && !existsSync(this.#socket) && Date.now() < giveUpMs) await sleep(100);
      if (!gone() && existsSync(this.#socket)) return;
      if (Date.now() > endMs) throw new Error(`no way in by SSH for ${timeoutMs} ms: ${master.output()}`);
      await sleep(AGAIN_MS);
    }
  }

  /** Whether a new connection is let in. */
  async letsIn(): Promise<boolean> {
    const trial = run('ssh', ['-S', 'none', ...this.#options().slice(2), 'true']);
    const timer = setTimeout(() => trial.stop('SIGKILL'), CONNECT_MS);
    const code = await new Promise((resolve) => trial.child.once('close', resolve));
    clearTimeout(timer);
    return code === 0;
  }

  async run(script: string, timeoutS: number, input: Buffer | string = ''): Promise<Ended> {
    // The machine ends it, too: nobody would read the answer any more.
    const inside = `exec env LC_ALL=C.UTF-8 ${PATH_INSIDE} timeout -k 5 ${timeoutS} /bin/sh -c ${quoted(script)}`;
    return ended(['-S', this.#socket, ...this.#options().slice(2), inside], input, timeoutS * 1000 + WAY_MS);
  }

  async close(): Promise<void> {
    await this.#hangUp();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #hangUp(): Promise<void> {
    await this.#master?.stop('SIGKILL');
    this.#master = undefined;
    rmSync(this.#socket, { force: true });
  }

  /** The first two say where the common connection is. */
  #options(): string[] {
    const settings = {
      BatchMode: 'yes',
      ConnectTimeout: '30',
      IdentitiesOnly: 'yes',
      LogLevel: 'ERROR',
      // Every card has made its own.
      StrictHostKeyChecking: 'no',
      UserKnownHostsFile: '/dev/null',
      ServerAliveInterval: '20',
    };
    const words = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    return ['-S', this.#socket, '-F', 'none', ...words, '-i', this.#key.file, '-p', `${this.#port}`, 'root@127.0.0.1'];
  }
}

const PATH_INSIDE = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** As one word of a shell's command. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function ended(args: readonly string[], input: Buffer | string, timeoutMs: number): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn('ssh', args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: timeoutMs, killSignal: 'SIGKILL' });
    const parts = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    let bytes = 0;
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (part: Buffer) => {
        bytes += part.length;
        if (bytes < MAX_OUTPUT_BYTES) parts[name].push(part);
      });
    }
    child.stdin.on('error', () => {}); // It may end before it has read everything.
    child.stdin.end(input);
    child.once('error', reject);
    child.once('close', (code) => {
      const [stdout, stderr] = [parts.stdout, parts.stderr].map((some) => Buffer.concat(some).toString());
      resolve({ code: code ?? -1, stdout: stdout ?? '', stderr: stderr ?? '' });
    });
  });
}
