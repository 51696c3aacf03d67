import { chmod, chown, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, loadConfig } from '../../config/config.ts';
import type { Config } from '../../config/schema.ts';
import { exportLine, lineFolder } from './gpio-line.ts';
import { type Pin, resolveGpio } from './gpio-number.ts';
import { findKernelLed, triggerIn } from './kernel-led.ts';
import { inFirstPlace } from './led-driver.ts';
import { codeOf, PanelProblem } from './problem.ts';
import { writeAttribute } from './sysfs.ts';

/** Whoever is in this group may use what is prepared here. */
const GROUP = 'gpio';

/** What to prepare, and where. */
export interface GpioSetup {
  /** Only makes the LED dark, after the box has ended, however that was. */
  readonly off: boolean;
  /** Path of the configuration; else where it is looked for. */
  readonly config?: string | undefined;
  readonly sysfs?: string;
  readonly groupFile?: string;
}

/**
 * Prepares LED and button, as root, for a box that has no rights: exports the lines, sets direction and edges, and gives the files
 * that the box needs to the group `gpio`. Resolves with lines for the log, also when nothing could be done: a box without a lamp is
 * better than none.
 */
export async function gpioSetup(setup: GpioSetup): Promise<string[]> {
  let config: Config;
  try {
    ({ config } = loadConfig(setup.config));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map((fault) => `nothing is prepared: ${fault}`);
  }
  const { led, button } = config;
  const { sysfs = '/sys', groupFile = '/etc/group', off } = setup;
  if (off) return led.kind === 'off' ? [] : await told('status LED', () => darken(led, sysfs));
  const group = await groupNumber(groupFile);
  if (group === undefined) return [`nothing is prepared: ${groupFile} has no group ${GROUP}`];
  const place = { sysfs, group };
  return [
    ...(led.kind === 'off' ? [] : await told('status LED', () => prepareLed(led, place))),
    ...(button.enabled ? await told('button', () => prepareButton(button, place)) : []),
  ];
}

interface Place {
  readonly sysfs: string;
  readonly group: number;
}

/** Resolves with what is ready, for people. */
function prepareLed(led: Config['led'], place: Place): Promise<string> {
  return inFirstPlace(led.kind, async (kind) => {
    if (kind === 'gpio') {
      // Its level comes with the direction, so that an LED that lights up at a low level does not flash.
      return await prepareLine(led, { direction: led.active_low ? 'high' : 'low', files: ['value'] }, place);
    }
    const words = `LED ${led.name} of the kernel`;
    await allow(await findKernelLed(led.name, place.sysfs), ['brightness', 'trigger'], words, place.group);
    return `${words} is ready`;
  });
}

function prepareButton(button: Config['button'], place: Place): Promise<string> {
  return prepareLine(button, { direction: 'in', edge: 'both', files: ['value', 'edge'] }, place);
}

async function prepareLine(
  pin: Pin,
  { direction, edge, files }: { direction: string; edge?: string; files: string[] },
  { sysfs, group }: Place,
): Promise<string> {
  const line = await resolveGpio(pin, sysfs);
  await exportLine(line, sysfs);
  const folder = lineFolder(line, sysfs);
  try {
    await writeAttribute(join(folder, 'direction'), direction);
    if (edge !== undefined) await writeAttribute(join(folder, 'edge'), edge);
  } catch (error) {
    throw new PanelProblem(`${line.words} cannot be set up (${(error as Error).message})`);
  }
  await allow(folder, files, line.words, group);
  return `${line.words} is ready`;
}

async function allow(folder: string, files: readonly string[], words: string, group: number): Promise<void> {
  for (const file of files) {
    const path = join(folder, file);
    try {
      const { mode, uid } = await stat(path);
      await chown(path, uid, group);
      await chmod(path, (mode & 0o777) | 0o060);
    } catch (error) {
      throw new PanelProblem(`${words}: ${path} cannot be given to the group ${GROUP} (${codeOf(error)})`);
    }
  }
}

function darken(led: Config['led'], sysfs: string): Promise<string> {
  return inFirstPlace(led.kind, async (kind) => {
    if (kind === 'gpio') {
      const line = await resolveGpio(led, sysfs);
      await write(join(lineFolder(line, sysfs), 'value'), led.active_low ? '1' : '0', line.words);
      return `${line.words} is dark`;
    }
    const folder = await findKernelLed(led.name, sysfs);
    const trigger = triggerIn(await readFile(join(folder, 'trigger'), 'latin1').catch(() => '')); // Not every LED has one.
    // What drives it by now would lose it to a brightness of 0.
    if (trigger !== 'none') return `LED ${led.name} of the kernel is left to ${trigger}`;
    await write(join(folder, 'brightness'), '0', `LED ${led.name} of the kernel`);
    return `LED ${led.name} of the kernel is dark`;
  });
}

async function write(path: string, text: string, words: string): Promise<void> {
  try {
    await writeAttribute(path, text);
  } catch (error) {
    throw new PanelProblem(`${words}: ${path} cannot be written (${codeOf(error)})`);
  }
}

/** What cannot be done is told like what was. */
async function told(what: string, work: () => Promise<string>): Promise<string[]> {
  try {
    return [`${what}: ${await work()}`];
  } catch (error) {
    if (!(error instanceof PanelProblem)) throw error;
    return [`no ${what}: ${error.message}`];
  }
}

/** Looks a group up (group(5)). */
async function groupNumber(file: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch(() => ''); // Then there are no groups.
  const id = new RegExp(`^${GROUP}:[^:]*:(\\d+):`, 'm').exec(text)?.[1];
  return id === undefined ? undefined : Number(id);
}
