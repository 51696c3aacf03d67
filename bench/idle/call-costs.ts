import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readHardwareWatchdog } from '../../src/device/hardware-watchdog.ts';
import { HealthReader } from '../../src/device/health.ts';
import { readSensors, textOf } from '../../src/device/sensors.ts';
import { readThrottling } from '../../src/device/throttling.ts';
import { readClockSynchronised } from '../../src/device/time-of-day.ts';
import { numberedCalls } from './processes-started.ts';

/** Calls in a row, so that the clock of the kernel can tell what one costs. */
const TIMES = { own: 300, library: 5 };
/** A tick of the kernel's clock, ms. */
const TICK_MS = 10;
const require = createRequire(import.meta.url);

interface Cost {
  readonly cpuMs: number;
  readonly childrenMs: number;
  readonly wallMs: number;
  readonly processes: number;
}

async function cost(call: () => unknown, times: number): Promise<Cost> {
  await call();
  const [cpu, children, beganMs, started] = [process.cpuUsage(), childrenMs(), performance.now(), numberedCalls()];
  for (let left = times; left > 0; left--) await call();
  const { user, system } = process.cpuUsage(cpu);
  return {
    cpuMs: (user + system) / 1000 / times,
    childrenMs: (childrenMs() - children) / times,
    wallMs: (performance.now() - beganMs) / times,
    processes: (numberedCalls() - started) / times,
  };
}

/** CPU time of processes that this one has waited for (proc_pid_stat(5): cutime, cstime), ms. */
function childrenMs(): number {
  const fields = readFileSync('/proc/self/stat', 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}

/** What one whole look costs, without the half second of the first one. */
export async function lookCost(): Promise<Cost> {
  const reader = new HealthReader({
    version: '0',
    source: () => ({}),
    limits: { hot_c: 80, xruns_per_hour: 10 },
    freshMs: 0,
  });
  await reader.look();
  return cost(() => reader.look(), TIMES.own);
}

/** A row for each call: the box's own, and those of systeminformation that could do the same. */
export async function callCosts(): Promise<(string | number)[][]> {
  const library: Record<string, () => unknown> = require('systeminformation');
  const own: [string, () => unknown][] = [
    ['/proc/stat', () => textOf('/proc/stat')],
    ['/proc/meminfo', () => textOf('/proc/meminfo')],
    ['thermometers', () => readSensors()],
    ['statfs', () => statfs('/')],
    ['throttling', () => readThrottling('/sys')],
    ['clock', () => readClockSynchronised('/run')],
    ['hardware watchdog', () => readHardwareWatchdog('/sys')],
    ['own memory', () => process.memoryUsage.rss()],
    ['/proc/self/status, for comparison', () => textOf(join('/proc/self', 'status'))],
  ];
  const names = ['mem', 'cpuTemperature', 'currentLoad', 'fsSize', 'time', 'networkInterfaces', 'system', 'osInfo'];
  const rows: (string | number)[][] = [];
  const add = (name: string, { cpuMs, childrenMs: children, wallMs, processes }: Cost) =>
    rows.push([name, cpuMs.toFixed(3), children.toFixed(1), wallMs.toFixed(2), processes]);
  for (const [name, call] of own) add(name, await cost(call, TIMES.own));
  for (const name of names) add(`systeminformation ${name}()`, await cost(() => library[name]?.(), TIMES.library));
  return rows;
}
