import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import path from 'node:path';
import { ConfigError, loadConfig, parseConfig } from '../config/config.ts';
import type { Config } from '../config/schema.ts';
import { portsToTry } from './ports.ts';
import { asHtml, asText, type Reason, type RescueFacts, reasonOf } from './reason.ts';

/** How many of the service's last lines are shown, and how much of each. */
const LAST_LINES = 20;
const LINE_CHARACTERS = 300;
/** How long the journal may take to answer. */
const JOURNAL_MS = 10_000;
/** How often an open page looks whether the box is back. */
const REFRESH_S = 10;
const CONNECTIONS_MAX = 64;
const REQUEST_MS = 5000;

/** What `boardfeed rescue` is told. */
export interface RescueOptions {
  /** The configuration that the service was started with; it need not be valid, nor there. */
  readonly config: string;
  /** Where to listen, instead of where the configuration says. */
  readonly port: number | undefined;
}

/**
 * Says why the service has failed for good, until it is told to stop: as a page in place of the box's own, in
 * `$RUNTIME_DIRECTORY/rescue.txt`, and on stdout, which is the journal. Needs no valid configuration and no addon. It stays up
 * without the page when no port can be had.
 */
export async function rescue({ config, port }: RescueOptions): Promise<void> {
  const facts = await findFacts(config, process.env);
  // Asked anew for each reader: whoever has corrected the file sees what is still wrong.
  const reason = () => reasonOf({ ...facts, configFaults: faultsIn(config) });
  const text = asText(reason());
  console.log(text.trimEnd());
  const file = noteFile(process.env);
  if (file !== undefined) write(file, text);
  const closeLamp = await showFault(config);
  const server = createServer({ headersTimeout: REQUEST_MS, requestTimeout: REQUEST_MS }, answer(reason));
  server.maxConnections = CONNECTIONS_MAX;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      if (file !== undefined) rmSync(file, { force: true });
      void closeLamp().finally(() => process.exit(0));
    });
  }
  await open(server, port === undefined ? portsToTry(read(config)) : [port]);
  // Without a page there is still the lamp, and the file.
  setInterval(() => {}, 2 ** 30);
}

/** Lets the LED tell of the fault, where the configuration has it, or where it is by default when that cannot be read. Returns what ends that. */
async function showFault(file: string): Promise<() => Promise<void>> {
  const { Panel } = await import('../device/panel/panel.ts');
  const { createLog } = await import('../log.ts');
  const panel = new Panel({ log: createLog('warn') });
  panel.follow(() => ({ state: 'lost', wanted: '', fault: true }));
  const { led, button } = settingsIn(file);
  panel.use({ led, button: { ...button, enabled: false } });
  return () => panel.close();
}

function settingsIn(file: string): Config {
  try {
    return loadConfig(file).config;
  } catch {
    return parseConfig('', 'defaults'); // What is wrong with it is said elsewhere.
  }
}

/** What systemd and the journal know. */
async function findFacts(file: string, env: NodeJS.ProcessEnv): Promise<Omit<RescueFacts, 'configFaults'>> {
  const {
    MONITOR_UNIT: unit = 'boardfeed.service',
    MONITOR_SERVICE_RESULT: result,
    MONITOR_EXIT_STATUS: exitStatus,
  } = env;
  return { result, exitStatus, file, lastLines: await lastLinesOf(unit) };
}

/** What the service wrote last. Nothing, when the journal cannot be asked: that is no reason to say less of the rest. */
function lastLinesOf(unit: string): Promise<string[]> {
  const args = [`--unit=${unit}`, `--lines=${LAST_LINES}`, '--output=cat', '--no-pager', '--quiet'];
  return new Promise((resolve) => {
    execFile('journalctl', args, { timeout: JOURNAL_MS, maxBuffer: 2 ** 20 }, (error, stdout) => {
      if (error !== null) console.log(`The journal cannot be read: ${error.message}`);
      const lines = stdout.split('\n').filter((line) => line.trim() !== '');
      resolve(lines.slice(-LAST_LINES).map((line) => line.slice(0, LINE_CHARACTERS)));
    });
  });
}

function faultsIn(file: string): readonly string[] {
  try {
    loadConfig(file);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

function answer(reason: () => Reason): RequestListener {
  return (request, response) => {
    const wantsHtml = request.headers.accept?.includes('text/html') === true;
    const type = wantsHtml ? 'text/html' : 'text/plain';
    response.writeHead(503, {
      'Content-Type': `${type}; charset=utf-8`,
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'Cache-Control': 'no-store',
      'Retry-After': String(REFRESH_S),
      Connection: 'close',
    });
    response.end(wantsHtml ? asHtml(reason(), REFRESH_S) : asText(reason()));
  };
}

/** Listens on the first port that can be had, on all addresses: the one in the configuration may be the mistake. */
async function open(server: Server, ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    const problem = await new Promise<string | undefined>((resolve) => {
      const failed = (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message);
      server.once('error', failed).listen(port, () => {
        server.off('error', failed);
        resolve(undefined);
      });
    });
    if (problem === undefined) {
      console.log(`This is shown on port ${port}.`);
      return;
    }
    console.log(`Port ${port} cannot be had: ${problem}.`);
  }
}

/** Where the reason is left for whoever logs in; systemd names the folder. */
function noteFile(env: NodeJS.ProcessEnv): string | undefined {
  return env.RUNTIME_DIRECTORY === undefined ? undefined : path.join(env.RUNTIME_DIRECTORY, 'rescue.txt');
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    console.log(`${file} cannot be written: ${(error as Error).message}`);
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // What is wrong with it, check-config has said.
  }
}
