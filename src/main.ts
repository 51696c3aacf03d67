#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { type Command, parseArguments, USAGE } from './arguments.ts';
import { ConfigError, loadConfig } from './config/config.ts';
import { ConfigFile } from './config/config-file.ts';
import { exampleConfig } from './config/example.ts';
import { WriteProblem } from './config/replace-file.ts';
import type { Config } from './config/schema.ts';

/**
 * Exit codes: 0 asked to stop, 69 the address cannot be had (EX_UNAVAILABLE), 78 bad configuration (EX_CONFIG), 1 our bug, or a disk
 * that cannot be written.
 */
const EXIT = { disk: 1, unavailable: 69, config: 78 };
/** Stopping in order must be done by then, in ms. */
const STOP_DEADLINE_MS = 1800;

const { version }: { version: string } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

// What needs the addon or takes long to load is imported where it is used: --help answers at once, and on a bare machine.

async function run(command: Command): Promise<void> {
  if (command.name === 'help') console.log(USAGE);
  else if (command.name === 'version') console.log(`boardfeed ${version}`);
  else if (command.name === 'devices') await printDevices();
  else if (command.name === 'example-config') process.stdout.write(exampleConfig());
  else if (command.name === 'hash-password') {
    const { askAndHash } = await import('./hash-password.ts');
    console.log(await askAndHash());
  } else if (command.name === 'import-settings') {
    const { importSettings } = await import('./boot-partition/import-settings.ts');
    for (const line of await importSettings(command)) console.log(line);
  } else if (command.name === 'rescue') {
    const { rescue } = await import('./rescue/rescue.ts');
    await rescue(command);
  } else if (command.name === 'check-config') {
    loadConfig(command.file);
    console.log(`${command.file}: good`);
  } else if (command.name === 'gpio-setup') {
    const { gpioSetup } = await import('./device/panel/gpio-setup.ts');
    for (const line of await gpioSetup(command)) console.log(line);
  } else await goOnAir(command);
}

async function printDevices(): Promise<void> {
  const { listDevices } = await import('./capture/devices.ts');
  const { describeDevices } = await import('./capture/describe-devices.ts');
  console.log(describeDevices(await listDevices()));
}

async function goOnAir({ config: named, overrides }: Extract<Command, { name: 'run' }>): Promise<void> {
  const file = new ConfigFile(named, overrides);
  const { config, path } = file.load();
  const { createLog } = await import('./log.ts');
  const log = createLog(config.log.level);
  log.info(`Boardfeed ${version}, Node ${process.versions.node}, configuration: ${path ?? 'defaults'}`);
  const { Panel } = await import('./device/panel/panel.ts');
  const panel = new Panel({ log });
  panel.use(config);
  await panel.ready();
  const { createWatchdog } = await import('./device/watchdog/watchdog.ts');
  const watchdog = await createWatchdog({ log, vitals: () => box.vitals(), status: () => box.statusLine() });
  const { Box } = await import('./box.ts');
  const onFailed = (error: unknown) => endWith(error, config.http);
  const box = new Box({ file, version, log, panel, standstills: () => watchdog.standstills, onFailed });
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      log.info(`${signal}: going off air`);
      watchdog.stopping();
      // A card whose driver hangs must not keep the box from stopping.
      setTimeout(() => process.exit(0), STOP_DEADLINE_MS).unref();
      void box.stop().then(() => process.exit(0));
    });
  }
  await box.start(config).then(() => !stopping && watchdog.ready(), onFailed);
}

/** Ends the process because the box cannot be on air. */
function endWith(error: unknown, { host, port: usualPort }: Config['http']): void {
  const { code, syscall, port = usualPort } = error as NodeJS.ErrnoException & { port?: number };
  if (syscall !== 'listen' && syscall !== 'getaddrinfo') throw error;
  console.error(`boardfeed: cannot listen on ${host || 'any address'}, port ${port}: ${listenFault(code)}`);
  process.exit(EXIT.unavailable);
}

function listenFault(code: string | undefined): string {
  if (code === 'EADDRINUSE') return 'another program uses that port; choose one with --port';
  if (code === 'EACCES') return 'ports below 1024 need more rights; choose a higher one with --port';
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'this machine has no such address';
  return code ?? 'unknown error';
}

try {
  await run(parseArguments(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof WriteProblem)) throw error;
  const faults = error instanceof ConfigError ? error.faults : [error.message];
  for (const fault of faults) console.error(`boardfeed: ${fault}`);
  process.exitCode = error instanceof ConfigError ? EXIT.config : EXIT.disk;
}
