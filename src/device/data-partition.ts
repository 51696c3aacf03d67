import { join } from 'node:path';
import { textOf } from './sensors.ts';

/**
 * Whether the card's data partition, with all settings, was lost at this start of the machine: the image's initramfs leaves a line of
 * words when something had to be done to it. undefined on a machine that is no such image, or where nothing was to do.
 */
export async function readDataMadeAnew(runfs: string): Promise<boolean | undefined> {
  const text = await textOf(join(runfs, 'boardfeed-image/data-partition.txt'));
  return text === undefined ? undefined : /\bmade anew\b/.test(text);
}
