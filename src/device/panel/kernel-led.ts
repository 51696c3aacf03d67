import { constants, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LedDriver } from './led-driver.ts';
import { codeOf, PanelProblem } from './problem.ts';
import { may, writeAttribute } from './sysfs.ts';

/** Folder of a kernel LED (Documentation/ABI/testing/sysfs-class-led). Rejects with `PanelProblem` when there is none. */
export async function findKernelLed(name: string, sysfs: string): Promise<string> {
  const folder = join(sysfs, 'class/leds', name);
  if (!(await may(join(folder, 'brightness'), constants.F_OK))) throw new PanelProblem(`the kernel has no LED ${name}`);
  return folder;
}

/** Which trigger drives an LED: the kernel lists all, this one in brackets. */
export function triggerIn(text: string): string {
  return /\[([^\]]+)\]/.exec(text)?.[1] ?? 'none';
}

/** Takes an LED from the kernel. Rejects with `PanelProblem`. */
export async function openKernelLed(name: string, sysfs = '/sys'): Promise<LedDriver> {
  const folder = await findKernelLed(name, sysfs);
  const file = (attribute: string) => join(folder, attribute);
  const brightest = await readNumber(file('max_brightness'), 1);
  const asFound = { trigger: triggerIn(await textOrEmpty(file('trigger'))), level: 0 };
  if (asFound.trigger === 'none') asFound.level = await readNumber(file('brightness'), 0);
  const set = (level: number) => writeAttribute(file('brightness'), String(level));
  try {
    if (asFound.trigger !== 'none') await writeAttribute(file('trigger'), 'none');
    await set(0);
  } catch (error) {
    throw new PanelProblem(`LED ${name}: ${folder} cannot be written (${codeOf(error)})`);
  }
  return {
    words: `LED ${name} of the kernel`,
    set: (on) => set(on ? brightest : 0),
    async close() {
      try {
        await set(asFound.level);
        if (asFound.trigger !== 'none') await writeAttribute(file('trigger'), asFound.trigger);
      } catch {
        // It may be closed because it fails.
      }
    },
  };
}

async function textOrEmpty(path: string): Promise<string> {
  return await readFile(path, 'latin1').catch(() => ''); // Not every LED has every file.
}

async function readNumber(path: string, otherwise: number): Promise<number> {
  const text = (await textOrEmpty(path)).trim();
  return /^\d{1,9}$/.test(text) ? Number(text) : otherwise;
}
