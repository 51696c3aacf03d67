import { closeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Gpio } from 'onoff';
import { lineFolder, prepareLine } from './gpio-line.ts';
import { type Pin, resolveGpio } from './gpio-number.ts';
import { codeOf, PanelProblem } from './problem.ts';

/** Where lines come from; a test has others. */
export interface GpioSource {
  /** Default: `/sys`. onoff itself knows no other place. */
  readonly sysfs?: string;
  /** Default: onoff. */
  readonly load?: () => Promise<{ Gpio: new (...args: ConstructorParameters<typeof Gpio>) => Gpio }>;
}

/** An open line. */
export interface OpenGpio {
  readonly gpio: Gpio;
  readonly words: string;
}

/** Opens the line of a pin as an output, which keeps its level if it is one. Rejects with `PanelProblem`. */
export function openOutput(pin: Pin, first: 'low' | 'high', source: GpioSource = {}): Promise<OpenGpio> {
  return openLine(pin, source, { direction: first, files: ['value'] });
}

/** Opens the line of a pin as an input that tells of both edges. Rejects with `PanelProblem`. */
export function openInput(pin: Pin, debounceMs: number, source: GpioSource = {}): Promise<OpenGpio> {
  // Without the permission for `edge`, onoff would go on and never tell of anything.
  return openLine(pin, source, { direction: 'in', files: ['value', 'edge'], debounceMs });
}

/**
 * Closes a line, which stays as it is: onoff's own `unexport` would take it away from whoever set it up for us. Never throws: it may
 * be closed because it fails.
 */
export function closeGpio(gpio: Gpio): void {
  try {
    gpio.unwatchAll();
  } catch {
    // What the kernel did not let us watch needs no end of it.
  }
  const { _valueFd } = gpio as { _valueFd?: number };
  if (_valueFd !== undefined) closeSync(_valueFd);
}

interface Use {
  readonly direction: 'in' | 'low' | 'high';
  readonly files: readonly string[];
  readonly debounceMs?: number;
}

async function openLine(pin: Pin, source: GpioSource, use: Use): Promise<OpenGpio> {
  const { sysfs = '/sys', load = () => import('onoff') } = source;
  const line = await resolveGpio(pin, sysfs);
  const onoff = await load().catch((error: Error) => {
    // It loads an addon of its own, which this machine may lack.
    throw new PanelProblem(`${line.words}: onoff cannot be loaded (${error.message.split('\n')[0]})`);
  });
  await prepareLine(line, use.files, sysfs);
  const { direction, debounceMs = 0 } = use;
  let gpio: Gpio;
  try {
    gpio = new onoff.Gpio(line.number, direction, direction === 'in' ? 'both' : 'none', {
      reconfigureDirection: false,
      debounceTimeout: debounceMs,
    });
  } catch (error) {
    throw new PanelProblem(`${line.words} cannot be opened (${codeOf(error)})`);
  }
  try {
    await checkDirection(join(lineFolder(line, sysfs), 'direction'), direction, line.words);
  } catch (error) {
    closeGpio(gpio);
    throw error;
  }
  return { gpio, words: line.words };
}

/** onoff keeps silent when it could not turn a line round. */
async function checkDirection(path: string, wanted: Use['direction'], words: string): Promise<void> {
  const found = await readFile(path, 'latin1').catch(() => undefined); // A line that cannot be turned has no such file.
  const expected = wanted === 'in' ? 'in' : 'out';
  if (found === undefined || found.trim() === expected) return;
  throw new PanelProblem(`${words} is an ${found.trim()}put; run "boardfeed gpio-setup" as root before the box`);
}
