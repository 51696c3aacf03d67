import { constants } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GpioLine } from './gpio-number.ts';
import { codeOf, PanelProblem } from './problem.ts';
import { may, writeAttribute } from './sysfs.ts';

/** udev may hand the files of a new line to a group; that takes a moment, and rarely so long, ms. */
const UDEV_MS = 1000;
const LOOK_MS = 50;
const NOT_PREPARED = 'run "boardfeed gpio-setup" as root before the box';

/** Where the files of a line are. */
export function lineFolder({ number }: GpioLine, sysfs: string): string {
  return join(sysfs, 'class/gpio', `gpio${number}`);
}

/** Asks the kernel to show a line, unless it does already. Rejects with `PanelProblem`. */
export async function exportLine(line: GpioLine, sysfs: string): Promise<void> {
  const folder = lineFolder(line, sysfs);
  if (await may(folder, constants.F_OK)) return;
  try {
    await writeAttribute(join(sysfs, 'class/gpio/export'), String(line.number));
  } catch (error) {
    throw new PanelProblem(`${line.words} cannot be had: ${exportFault(codeOf(error))}`);
  }
  if (!(await soon(folder, constants.F_OK)))
    throw new PanelProblem(`${line.words}: the kernel does not show ${folder}`);
}

/**
 * Makes sure that these files of a line can be read and written: onoff tries to open them ten thousand times in a row otherwise,
 * and the whole box waits. Rejects with `PanelProblem`.
 */
export async function prepareLine(line: GpioLine, files: readonly string[], sysfs: string): Promise<void> {
  await exportLine(line, sysfs);
  for (const file of files) {
    const path = join(lineFolder(line, sysfs), file);
    if (!(await soon(path, constants.R_OK | constants.W_OK))) throw new PanelProblem(await fileFault(line, path));
  }
}

/** Whether we may use a file in that way, now or as soon as udev has done its part. */
async function soon(path: string, mode: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < UDEV_MS; waitedMs += LOOK_MS) {
    if (await may(path, mode)) return true;
    await sleep(LOOK_MS);
  }
  return false;
}

async function fileFault(line: GpioLine, path: string): Promise<string> {
  if (await may(path, constants.F_OK)) return `${line.words}: no permission for ${path}; ${NOT_PREPARED}`;
  return `${line.words}: the kernel has no ${path} (a line without interrupts cannot serve a button)`;
}

function exportFault(code: string): string {
  if (code === 'EBUSY') return 'the kernel or another program uses it';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return `no permission; ${NOT_PREPARED}`;
  return code;
}
