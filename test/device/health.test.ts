import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { HealthReader } from '../../src/device/health.ts';
import { monotonicMs } from '../../src/pcm.ts';
import { until } from '../support/processes.ts';

const LIMITS = { hot_c: 80, xruns_per_hour: 10 };

/** A machine that is a folder: `proc` and `sys`, with the files that are written into it. */
function machine(t: ExecutionContext, files: Record<string, string> = {}, freshMs = 1000) {
  const folder = mkdtempSync(join(tmpdir(), 'boardfeed-machine-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  const lines: string[] = [];
  const reader = new HealthReader({
    version: '1.2.3',
    source: () => ({ xruns: 2, lostFrames: { card: 30, ring: 4 }, clockPpm: 12.5 }),
    limits: LIMITS,
    freshMs,
    log: { info: (text) => lines.push(text), warn: (text) => lines.push(text) },
    procfs: join(folder, 'proc'),
    sysfs: join(folder, 'sys'),
    runfs: join(folder, 'run'),
    machine: async () => ({ model: 'a board' }),
  });
  return { reader, write, lines };
}

function busy(ms: number): void {
  for (const untilMs = monotonicMs() + ms; monotonicMs() < untilMs; );
}

test.serial('this machine is told as it is', async (t) => {
  const reader = new HealthReader({ version: '1.2.3', source: () => ({}), limits: LIMITS });
  const health = await reader.read();
  t.is(health.version, '1.2.3');
  t.true(health.machineUptimeS >= health.uptimeS && health.uptimeS > 0);
  t.true(health.cores >= 1);
  t.true((health.machineCpuPercent ?? -1) >= 0 && (health.machineCpuPercent ?? 101) <= 100);
  const { totalBytes = 0, availableBytes = 0 } = health.machineMemory ?? {};
  t.true(health.memoryBytes > 1e6 && health.memoryBytes < totalBytes && availableBytes < totalBytes);
  t.is(health.disk?.path, '/');
  t.true((health.disk?.freeBytes ?? 0) <= (health.disk?.totalBytes ?? 0));
  t.deepEqual(health.capture, { xruns: 0, xrunsLastHour: 0, lostFrames: 0 });
  t.truthy(health.machine?.system, 'what systeminformation knows');
  t.is((await reader.read()).machine, health.machine, 'it is asked once');
  t.false(health.addresses.some((address) => address.startsWith('127.') || address === '::1'));
});

test.serial('a machine that tells nothing leaves out what it does not know', async (t) => {
  const { reader } = machine(t);
  const health = await reader.read();
  const unknown = ['machineCpuPercent', 'machineMemory', 'temperatureC', 'throttling', 'clockSynchronised', 'watchdog'];
  for (const part of unknown) t.false(part in health, part);
  t.deepEqual(health.capture, { xruns: 2, xrunsLastHour: 2, lostFrames: 34, clockPpm: 12.5 });
});

test.serial('processor, memory and temperature are read where the kernel has them', async (t) => {
  const { reader, write } = machine(t, {
    'proc/stat': 'cpu  100 0 100 800 0 0 0 0 0 0\ncpu0 1 0 0 0\ncpu1 1 0 0 0\ncpu2 1 0 0 0\n',
    'proc/meminfo': 'MemTotal: 1000 kB\nMemAvailable: 400 kB\n',
    'sys/class/thermal/thermal_zone0/type': 'cpu-thermal\n',
    'sys/class/thermal/thermal_zone0/temp': '48312\n',
    'sys/class/thermal/cooling_device0/type': 'fan\n',
    'sys/class/hwmon/hwmon0/name': 'drivetemp\n',
    'sys/class/hwmon/hwmon0/temp1_input': '99000\n',
  });
  const health = reader.read();
  // The first look is taken at once, the second after a while.
  await new Promise((resolve) => setTimeout(resolve, 250));
  write('proc/stat', 'cpu  120 0 105 850 25 0 0 0 0 0\ncpu0 1 0 0 0\ncpu1 1 0 0 0\ncpu2 1 0 0 0\n');
  const { cores, machineCpuPercent, machineMemory, temperatureC } = await health;
  t.is(cores, 3);
  t.is(machineCpuPercent, 25);
  t.deepEqual(machineMemory, { totalBytes: 1_024_000, availableBytes: 409_600 });
  t.is(temperatureC, 48.312);
});

test.serial('of the hardware monitors only the processor is asked', async (t) => {
  const disk = {
    'sys/class/hwmon/hwmon0/name': 'drivetemp\n',
    'sys/class/hwmon/hwmon0/temp1_input': '31000\n',
  };
  const processor = {
    'sys/class/hwmon/hwmon1/name': 'k10temp\n',
    'sys/class/hwmon/hwmon1/temp1_input': '44125\n',
  };
  const [without, both] = await Promise.all([
    machine(t, disk).reader.read(),
    machine(t, { ...disk, ...processor }).reader.read(),
  ]);
  t.is(without.temperatureC, undefined);
  t.is(both.temperatureC, 44.125);
});

test.serial('the CPU that was used since the last look is told, and not that of another time', async (t) => {
  const { reader } = machine(t);
  /** CPU time of this process, which other test files may use as well, and when it was so, ms. */
  const used = () => ({
    cpuMs: process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000,
    atMs: monotonicMs(),
  });
  await reader.read();
  const before = used();
  await new Promise((resolve) => setTimeout(resolve, 1100));
  busy(1000);
  const { cpuPercent } = await reader.read();
  const now = used();
  const expected = (100 * (now.cpuMs - before.cpuMs)) / (now.atMs - before.atMs);
  t.true(Math.abs(cpuPercent - expected) < 10, `${cpuPercent} %, while the clocks say ${expected} %`);
});

test.serial('whoever asks within a second gets the same answer', async (t) => {
  const { reader, write } = machine(t, { 'proc/meminfo': 'MemTotal: 1000 kB\nMemAvailable: 400 kB\n' });
  const asked = [reader.read(), reader.read()];
  const [first, second] = await Promise.all(asked);
  t.true(first === second);
  write('proc/meminfo', 'MemTotal: 1000 kB\nMemAvailable: 300 kB\n');
  t.true((await reader.read()) === first);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  t.is((await reader.read()).machineMemory?.availableBytes, 307_200);
});

test.serial('a condition is told when it comes, and stands in what is known without asking', async (t) => {
  t.timeout(60_000);
  const zone = (thousandths: number) => ({
    'sys/class/thermal/thermal_zone0/type': 'cpu-thermal\n',
    'sys/class/thermal/thermal_zone0/temp': `${thousandths}\n`,
  });
  const { reader, lines } = machine(t, zone(91_000), 0);
  t.is(reader.latest, undefined);
  for (let looks = 0; looks < 5; looks++) await reader.look();
  t.deepEqual(reader.latest?.conditions, [], 'it does not matter how many pages ask');
  reader.start(1100);
  t.teardown(() => reader.stop());
  await until('it is hot', () => reader.latest?.conditions.some(({ name }) => name === 'hot') || reader.latest);
  t.deepEqual(lines, ['health: hot: the processor has 91 °C']);
  t.false('machine' in (reader.latest ?? {}), 'nobody at a desk has asked');
  t.deepEqual((await reader.read()).machine, { model: 'a board' });
  reader.stop();
  const last = reader.latest;
  await new Promise((resolve) => setTimeout(resolve, 1500));
  t.is(reader.latest, last);
});

for (const [words, expected] of [
  ['It could not be repaired; it was made anew, and settings are those of boardfeed.toml.', ['data made anew']],
  ['It was repaired.', []],
  [undefined, []],
] as const) {
  test.serial(`what became of the data partition: ${words ?? 'nothing'}`, async (t) => {
    const { reader } = machine(t, words ? { 'run/boardfeed-image/data-partition.txt': `${words}\n` } : {}, 0);
    reader.start(2100);
    t.teardown(() => reader.stop());
    await reader.look();
    await new Promise((resolve) => setTimeout(resolve, 4500));
    const { conditions } = await reader.look();
    t.deepEqual(
      conditions.map(({ name }) => name),
      [...expected],
    );
  });
}

test.serial('a look that fails, as without descriptors, ends nothing; the next one is as good as any', async (t) => {
  t.timeout(60_000);
  let looks = 0;
  const source = () => {
    if (++looks < 3) throw new Error('EMFILE');
    return {};
  };
  const reader = new HealthReader({ version: '1.2.3', source, limits: LIMITS, freshMs: 0 });
  reader.start(700);
  t.teardown(() => reader.stop());
  await until('it was looked at', () => reader.latest !== undefined || looks);
  t.true(looks >= 3);
});
