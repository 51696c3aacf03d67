import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Folder for files of the running box: where systemd made one for the service (RuntimeDirectory, systemd.exec(5)), else where the
 * package's units look.
 */
export function runtimeFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env.RUNTIME_DIRECTORY?.split(':')[0] || '/run/boardfeed';
}

/**
 * Asks the system to shut down. The box itself has no right to; `systemd/boardfeed-poweroff.path` waits for this file, which says
 * nothing but that it is there. The system then ends the box like every other service. Rejects as `writeFile` does.
 */
export async function requestPowerOff(folder: string): Promise<void> {
  await writeFile(join(folder, 'poweroff'), '');
}

/** Takes the request back, which nobody has heard. */
export async function withdrawPowerOff(folder: string): Promise<void> {
  await rm(join(folder, 'poweroff'), { force: true });
}
