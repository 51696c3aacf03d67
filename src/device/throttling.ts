import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Throttling } from '../desk/contract.ts';
import { textOf } from './sensors.ts';

/** What the firmware says (raspberrypi/documentation: vcgencmd get_throttled), by the bit that is set while it is so. */
const BITS: readonly Throttling[] = ['under-voltage', 'frequency capped', 'throttled', 'soft temperature limit'];
/** Where the kernel of Raspberry Pi OS has the firmware's word, in hexadecimal digits. Debian's own has it nowhere. */
const FIRMWARE = 'devices/platform/soc/soc:firmware/get_throttled';

/** Reads what `get_throttled` holds; undefined when that is no number. */
export function throttlingOf(text: string): Throttling[] | undefined {
  const digits = /^(?:0x)?([\da-f]{1,8})\s*$/i.exec(text)?.[1];
  if (digits === undefined) return undefined;
  const bits = Number.parseInt(digits, 16);
  return BITS.filter((_, bit) => (bits >> bit) & 1);
}

/** What slows the processor down; undefined where nobody knows. Without the firmware's word, a driver may know of its voltage. */
export async function readThrottling(sysfs: string): Promise<readonly Throttling[] | undefined> {
  const told = await textOf(join(sysfs, FIRMWARE));
  return (told === undefined ? undefined : throttlingOf(told)) ?? readVoltageAlarm(sysfs);
}

/** The driver raspberrypi-hwmon, `rpi_volt`: `in0_lcrit_alarm` is 1 when the voltage was too low. */
async function readVoltageAlarm(sysfs: string): Promise<readonly Throttling[] | undefined> {
  const folder = join(sysfs, 'class/hwmon');
  for (const entry of await readdir(folder).catch(() => [])) {
    // no monitors here
    if ((await textOf(join(folder, entry, 'name')))?.trim() !== 'rpi_volt') continue;
    const alarm = (await textOf(join(folder, entry, 'in0_lcrit_alarm')))?.trim();
    if (alarm === '0' || alarm === '1') return alarm === '1' ? ['under-voltage'] : [];
  }
  return undefined;
}
