import { access } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Whether systemd-timesyncd has set the clock since the machine was started (systemd-timesyncd.service(8): it touches
 * `/run/systemd/timesync/synchronized`); undefined where it does not run. The kernel would know too (adjtimex(2)), but a service that
 * must not change the clock may not ask it either.
 */
export async function readClockSynchronised(runfs: string): Promise<boolean | undefined> {
  const folder = join(runfs, 'systemd/timesync');
  if (await exists(join(folder, 'synchronized'))) return true;
  return (await exists(folder)) ? false : undefined;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false; // It is the answer.
  }
}
