import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Status } from '../../src/http/status.ts';
import { type Running, run, until } from './processes.ts';

/** The command of the box, as a file. */
export const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** A box on air. */
export interface Box extends Running {
  url: string;
  /** Its configuration file. */
  config: string;
  port: number;
  status(): Promise<Status>;
}

/** A port that is free at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

/** Starts the box with the given configuration (TOML) on 127.0.0.1, on a free port unless one is named; resolves when it is on air. */
export async function startBox(toml: string, env: NodeJS.ProcessEnv = process.env, fixedPort?: number): Promise<Box> {
  const directory = mkdtempSync(join(tmpdir(), 'boardfeed-box-'));
  const config = join(directory, 'boardfeed.toml');
  const port = fixedPort ?? (await freePort());
  writeFileSync(config, toml);
  const running = run(process.execPath, [MAIN, '--config', config, '--host', '127.0.0.1', '--port', `${port}`], {
    env,
  });
  running.child.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  await until('the box is on air', () => {
    if (running.child.exitCode !== null) throw new Error(`the box ended:\n${running.output()}`);
    return running.output().includes('on air; open') || running.output();
  });
  const url = `http://127.0.0.1:${port}`;
  return {
    ...running,
    url,
    config,
    port,
    status: async () => (await fetch(`${url}/api/status`)).json() as Promise<Status>,
  };
}
