import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import type { ApplianceOptions } from '../src/appliance.ts';
import { Box } from '../src/box.ts';
import { ConfigError } from '../src/config/config.ts';
import { ConfigFile } from '../src/config/config-file.ts';
import type { Config } from '../src/config/schema.ts';
import type { AirFacts } from '../src/device/panel/patterns.ts';

const LIVE: AirFacts = { state: 'live', wanted: 'alsa', fault: false };

/** One appliance, which starts and stops when the test says. */
function fakeAppliance(options: ApplianceOptions, told: string[]) {
  const { name } = options.config.station;
  const [starting, stopping] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  return {
    options,
    starting,
    stopping,
    formats: [],
    report: { panel: () => ({ ...LIVE, cause: name }) },
    device: { vitals: () => undefined, statusLine: () => name },
    start: () => {
      told.push(`start ${name}`);
      return starting.promise;
    },
    stop: () => {
      told.push(`stop ${name}`);
      return stopping.promise;
    },
  };
}

/** A box on air as "one", and what it does with its appliances. */
async function onAir(t: ExecutionContext) {
  const directory = mkdtempSync(join(tmpdir(), 'boardfeed-restart-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'b.toml');
  const name = (value: string) => writeFileSync(path, `[station]\nname = "${value}"\n`);
  name('one');
  const told: string[] = [];
  const made: ReturnType<typeof fakeAppliance>[] = [];
  const file = new ConfigFile(path);
  const panel = {
    follow: (facts: () => AirFacts | undefined) => {
      panel.says = () => facts()?.cause;
    },
    says: (): string | undefined => undefined,
    use: ({ led: { pin } }: Pick<Config, 'led' | 'button'>) => void panel.told.push(`use ${pin}`),
    stopping: () => void panel.told.push('stopping'),
    close: async () => void panel.told.push(`close after: ${told.at(-1)}`),
    told: [] as string[],
  };
  const box = new Box({
    file,
    panel,
    version: '0',
    log: pino({}, { write: () => {} }),
    standstills: () => [],
    onFailed: (error) => told.push(`failed: ${(error as Error).message}`),
    create: (options) => {
      const appliance = fakeAppliance(options, told);
      made.push(appliance);
      return appliance;
    },
  });
  const started = box.start(file.load().config);
  made[0]?.starting.resolve();
  await started;
  const restart = () => made.at(-1)?.options.prepareRestart();
  return { box, panel, told, made, name, path, restart };
}

test('the new appliance is started when the old one has stopped, and goes by the file as it was when the restart was asked for', async (t) => {
  const { box, told, made, name, restart } = await onAir(t);
  name('two');
  const begin = restart();
  name('three');
  begin?.();
  begin?.();
  await sleep(10);
  t.deepEqual(told, ['start one', 'stop one'], 'once, and one after the other');
  t.is(box.statusLine(), 'restarting');
  made[0]?.stopping.resolve();
  await sleep(10);
  t.deepEqual(told, ['start one', 'stop one', 'start two']);
  made[1]?.starting.resolve();
  await sleep(10);
  t.is(box.statusLine(), 'two');
  restart()?.();
  await sleep(10);
  t.deepEqual(told.slice(3), ['stop two']);
});

test('a bad file is refused before anything stops', async (t) => {
  const { told, path, restart } = await onAir(t);
  writeFileSync(path, '[station]\nname = 5\n');
  const error = t.throws(restart, { instanceOf: ConfigError });
  t.regex(error?.message ?? '', /station\.name = 5: expected a text/);
  t.deepEqual(told, ['start one']);
});

test('asked to stop while the old appliance stops: no new one is started', async (t) => {
  const { box, told, made, restart } = await onAir(t);
  restart()?.();
  await sleep(10);
  let stopped = false;
  const stop = box.stop().then(() => {
    stopped = true;
  });
  await sleep(10);
  t.false(stopped, 'the listeners are still on their way');
  made[0]?.stopping.resolve();
  await stop;
  t.deepEqual(told, ['start one', 'stop one']);
});

test('asked to stop while the new appliance starts: that is stopped, too', async (t) => {
  const { box, told, made, restart } = await onAir(t);
  restart()?.();
  made[0]?.stopping.resolve();
  await sleep(10);
  const stop = box.stop();
  await sleep(10);
  t.deepEqual(told.slice(2), ['start one']);
  made[1]?.stopping.resolve();
  made[1]?.starting.resolve();
  await stop;
  t.deepEqual(told.slice(2), ['start one', 'stop one']);
});

test('asked to stop before the restart has begun: it does not begin', async (t) => {
  const { box, told, made, restart } = await onAir(t);
  const begin = restart();
  const stop = box.stop();
  begin?.();
  made[0]?.stopping.resolve();
  await stop;
  await sleep(10);
  t.deepEqual(told, ['start one', 'stop one']);
});

test('a new configuration that cannot go on air: the old one does; if that cannot either, it is told', async (t) => {
  const { told, made, name, restart } = await onAir(t);
  name('two');
  restart()?.();
  made[0]?.stopping.resolve();
  await sleep(10);
  made[1]?.stopping.resolve();
  made[1]?.starting.reject(new Error('no port'));
  await sleep(10);
  t.deepEqual(told.slice(2), ['start two', 'stop two', 'start one']);
  made[2]?.stopping.resolve();
  made[2]?.starting.reject(new Error('still no port'));
  await sleep(10);
  t.deepEqual(told.slice(5), ['stop one', 'failed: still no port']);
});

test('the panel outlives the appliances: it hears of the one that is on air, of none in between, and goes dark last', async (t) => {
  const { box, panel, made, path, restart } = await onAir(t);
  t.deepEqual(panel.told, ['use 17']);
  t.is(panel.says(), 'one');
  writeFileSync(path, '[station]\nname = "two"\n[led]\npin = 18\n');
  restart()?.();
  t.is(panel.says(), undefined, 'it makes place: what stands still by now is no fault');
  made[0]?.stopping.resolve();
  await sleep(10);
  t.is(panel.says(), undefined, 'it starts');
  t.deepEqual(panel.told, ['use 17', 'use 18']);
  made[1]?.starting.resolve();
  await sleep(10);
  t.is(panel.says(), 'two');
  const stop = box.stop();
  t.is(panel.told.at(-1), 'stopping');
  made[1]?.stopping.resolve();
  await stop;
  t.is(panel.told.at(-1), 'close after: stop two');
});
