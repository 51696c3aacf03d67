import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { readHardwareWatchdog } from '../../src/device/hardware-watchdog.ts';
import { readThrottling, throttlingOf } from '../../src/device/throttling.ts';
import { readClockSynchronised } from '../../src/device/time-of-day.ts';

/** A folder with files in it. */
function tree(t: ExecutionContext, files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'boardfeed-sys-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

for (const [text, expected] of [
  ['0\n', []],
  ['50005\n', ['under-voltage', 'throttled']],
  ['0x1\n', ['under-voltage']],
  ['e\n', ['frequency capped', 'throttled', 'soft temperature limit']],
  ['80000\n', []],
  ['throttled=0x0\n', undefined],
  ['', undefined],
] as const) {
  test(`get_throttled ${JSON.stringify(text)}`, (t) => {
    t.deepEqual(throttlingOf(text), expected && [...expected]);
  });
}

const FIRMWARE = 'devices/platform/soc/soc:firmware/get_throttled';

test('throttling: the firmware is believed, else the driver of its voltage, else nobody knows', async (t) => {
  const voltage = {
    'class/hwmon/hwmon0/name': 'cpu_thermal\n',
    'class/hwmon/hwmon1/name': 'rpi_volt\n',
    'class/hwmon/hwmon1/in0_lcrit_alarm': '1\n',
  };
  t.deepEqual(await readThrottling(tree(t, { ...voltage, [FIRMWARE]: '4\n' })), ['throttled']);
  t.deepEqual(await readThrottling(tree(t, voltage)), ['under-voltage']);
  t.deepEqual(await readThrottling(tree(t, { ...voltage, 'class/hwmon/hwmon1/in0_lcrit_alarm': '0\n' })), []);
  t.is(await readThrottling(tree(t, { 'class/hwmon/hwmon0/name': 'cpu_thermal\n' })), undefined);
  t.is(await readThrottling(tree(t, {})), undefined);
});

test('the watchdogs of the hardware, as the kernel tells of them', async (t) => {
  const bcm = (state: string) => ({
    'class/watchdog/watchdog0/identity': 'Broadcom BCM2835 Watchdog timer\n',
    'class/watchdog/watchdog0/state': `${state}\n`,
    'class/watchdog/watchdog0/timeout': '60\n',
    'class/watchdog/watchdog0/nowayout': '0\n',
  });
  const device = { identity: 'Broadcom BCM2835 Watchdog timer', active: true, timeoutS: 60, nowayout: false };
  t.deepEqual(await readHardwareWatchdog(tree(t, bcm('active'))), { armed: true, devices: [device] });
  const off = await readHardwareWatchdog(tree(t, { ...bcm('inactive'), 'class/watchdog/watchdog1/state': 'inactive' }));
  t.false(off?.armed);
  t.deepEqual(off?.devices[1], { identity: 'unknown', active: false });
  t.true(
    (await readHardwareWatchdog(tree(t, { ...bcm('inactive'), 'class/watchdog/watchdog1/state': 'active' })))?.armed,
  );
  t.is(
    await readHardwareWatchdog(tree(t, { 'class/watchdog/watchdog0/dev': '10:130\n' })),
    undefined,
    'a kernel that does not tell',
  );
  t.is(await readHardwareWatchdog(tree(t, {})), undefined);
});

test('whether the clock was set', async (t) => {
  t.true(await readClockSynchronised(tree(t, { 'systemd/timesync/synchronized': '' })));
  t.false(await readClockSynchronised(tree(t, { 'systemd/timesync/other': '' })));
  t.is(await readClockSynchronised(tree(t, { other: '' })), undefined);
});
