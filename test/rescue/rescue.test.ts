import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { projectDir } from '../../setup/machine.mjs';

const WAIT_MS = 20_000;

/** A port that is free at the moment. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** The real command, as its unit starts it, with a journal of ours. */
async function startRescue(
  t: ExecutionContext,
  toml: string | undefined,
  env: NodeJS.ProcessEnv = {},
  args: string[] = [],
) {
  const folder = mkdtempSync(path.join(tmpdir(), 'boardfeed-rescue-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const config = path.join(folder, 'boardfeed.toml');
  if (toml !== undefined) writeFileSync(config, toml);
  const run = path.join(folder, 'run');
  mkdirSync(run);
  const journal = path.join(folder, 'journalctl');
  writeFileSync(journal, `#!/bin/sh\nprintf '%s\\n' "asked: $*" 'Error: it broke'\n`);
  chmodSync(journal, 0o755);
  const child = spawn(process.execPath, ['src/main.ts', 'rescue', '--config', config, ...args], {
    cwd: projectDir,
    env: { ...process.env, PATH: `${folder}:${process.env.PATH}`, RUNTIME_DIRECTORY: run, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const rescue = { child, config, note: path.join(run, 'rescue.txt'), output: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    rescue.output += text;
  });
  const deadline = Date.now() + WAIT_MS;
  while (!/This is shown on port|cannot be had.*\n.*8000 cannot be had/.test(rescue.output)) {
    if (Date.now() > deadline || child.exitCode !== null) throw new Error(`the rescue is not there:\n${rescue.output}`);
    await sleep(20);
  }
  return rescue;
}

const get = async (port: number, headers: Record<string, string> = {}) => {
  const response = await fetch(`http://127.0.0.1:${port}/stream`, { headers, signal: AbortSignal.timeout(WAIT_MS) });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

test('bad configuration is named at the address of the box, and gone from the page once it is corrected', async (t) => {
  const port = await freePort();
  const rescue = await startRescue(t, `[http]\nport = ${port}\n[mp3]\nbitrate_kbps = 99\n`, {
    MONITOR_EXIT_STATUS: '78',
  });
  const page = await get(port, { accept: 'text/html,*/*' });
  t.is(page.status, 503);
  t.regex(page.text, /mistake in the settings[\s\S]*mp3\.bitrate_kbps = 99: expected one of 64/);
  t.regex(page.headers.get('content-type') ?? '', /^text\/html/);
  t.is(page.headers.get('cache-control'), 'no-store');
  const player = await get(port);
  t.regex(player.headers.get('content-type') ?? '', /^text\/plain/);
  t.is(readFileSync(rescue.note, 'utf8'), player.text);
  t.true(rescue.output.includes('mp3.bitrate_kbps = 99'), rescue.output);

  writeFileSync(rescue.config, `[http]\nport = ${port}\n`);
  t.regex((await get(port)).text, /They are good now/);
  const ended = once(rescue.child, 'exit');
  rescue.child.kill('SIGTERM');
  t.deepEqual(await ended, [0, null]);
  t.false(existsSync(rescue.note));
  await t.throwsAsync(get(port), undefined, 'the port is free for the box');
});

test('what crashed is told with its last words, from the journal of the unit that failed', async (t) => {
  const port = await freePort();
  const env = { MONITOR_UNIT: 'boardfeed.service', MONITOR_SERVICE_RESULT: 'signal', MONITOR_EXIT_STATUS: 'SEGV' };
  await startRescue(t, `[http]\nport = ${port}\n`, env);
  const { text } = await get(port);
  t.regex(text, /failed again and again \(SEGV\)/);
  t.regex(text, /asked: --unit=boardfeed\.service --lines=20 /);
  t.true(text.includes('Error: it broke'));
});

test('a file that is lost, broken or not to be read is a reason and no failure of its own', async (t) => {
  const port = await freePort();
  await startRescue(t, undefined, { MONITOR_EXIT_STATUS: '78' }, ['--port', String(port)]);
  t.regex((await get(port)).text, /boardfeed\.toml: cannot be read/);
});

test('without the port there is still the file', async (t) => {
  const taken = createServer().listen(0);
  await once(taken, 'listening');
  t.teardown(() => void taken.close());
  const { port } = taken.address() as { port: number };
  const rescue = await startRescue(t, `[http]\nport = ${port}\n[mp3]\nbitrate_kbps = 99\n`).catch(
    (error: Error) => error,
  );
  if (rescue instanceof Error) return t.fail(rescue.message);
  t.true(rescue.output.includes(`Port ${port} cannot be had: EADDRINUSE.`), rescue.output);
  t.is(rescue.child.exitCode, null);
  t.true(readFileSync(rescue.note, 'utf8').includes('bitrate_kbps'));
});
