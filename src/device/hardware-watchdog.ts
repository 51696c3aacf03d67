import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BoxHealth, HardwareWatchdog } from '../desk/contract.ts';
import { textOf } from './sensors.ts';

/**
 * The watchdogs that the kernel knows (Documentation/ABI/testing/sysfs-class-watchdog); undefined when there is none, or the kernel
 * does not tell how they are. A manager that asks for a longer time than the hardware can count is refused on old kernels, and
 * goes on without: only what stands here is true.
 */
export async function readHardwareWatchdog(sysfs: string): Promise<BoxHealth['watchdog']> {
  const folder = join(sysfs, 'class/watchdog');
  const entries = (await readdir(folder).catch(() => [])).filter((name) => /^watchdog\d+$/.test(name)); // no watchdog
  const read = await Promise.all(entries.sort().map((entry) => readOne(join(folder, entry))));
  const devices = read.filter((device) => device !== undefined);
  return devices.length === 0 ? undefined : { armed: devices.some(({ active }) => active), devices };
}

async function readOne(folder: string): Promise<HardwareWatchdog | undefined> {
  const names = ['identity', 'state', 'timeout', 'nowayout'] as const;
  const texts = await Promise.all(names.map((name) => textOf(join(folder, name))));
  const [identity, state, timeout, nowayout] = texts.map((text) => text?.trim());
  if (state !== 'active' && state !== 'inactive') return undefined;
  return {
    identity: identity || 'unknown',
    active: state === 'active',
    ...(timeout && /^\d+$/.test(timeout) && { timeoutS: Number(timeout) }),
    ...(nowayout && { nowayout: nowayout === '1' }),
  };
}
