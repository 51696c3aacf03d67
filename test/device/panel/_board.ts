import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import type { Gpio } from 'onoff';
import { pino } from 'pino';
import { type Config, configSchema } from '../../../src/config/schema.ts';

/** A GPIO chip as its kernel shows it: label, base, number of lines. */
export type Chip = readonly [label: string, base: number, lines: number];

/** What the kernels of boards show in /sys/class/gpio. */
export const BOARDS = {
  'Pi 3, Linux 6.12': [
    ['pinctrl-bcm2835', 512, 54],
    ['raspberrypi-exp-gpio', 566, 8],
  ],
  'Pi 3, Linux 6.1': [
    ['pinctrl-bcm2835', 0, 54],
    ['raspberrypi-exp-gpio', 504, 8],
  ],
  'Zero 2 W, Linux 6.12': [['pinctrl-bcm2835', 512, 54]],
  'Pi 4, Linux 6.12': [
    ['pinctrl-bcm2711', 512, 58],
    ['raspberrypi-exp-gpio', 570, 8],
  ],
  'Pi 4, Linux 5.10': [
    ['pinctrl-bcm2711', 0, 58],
    ['raspberrypi-exp-gpio', 504, 8],
  ],
  'Pi 5, Linux 6.1': [
    ['pinctrl-rp1', 399, 54],
    ['gpio-brcmstb@107d508500', 453, 32],
  ],
  'Pi 5, early Linux 6.6': [
    ['gpio-brcmstb@107d508500', 512, 32],
    ['gpio-brcmstb@107d508520', 544, 4],
    ['gpio-brcmstb@107d517c00', 548, 17],
    ['gpio-brcmstb@107d517c20', 565, 6],
    ['pinctrl-rp1', 571, 54],
  ],
  'Pi 5, Linux 7.3': [
    ['pinctrl-rp1', 512, 54],
    ['gpio-brcmstb@107d508500', 566, 32],
  ],
  "QEMU's virt": [['9030000.pl061', 512, 8]],
} as const satisfies Record<string, readonly Chip[]>;

/** A folder that looks like /sys, with a kernel that shows a line when it is asked to, and an onoff that knows this folder. */
export function makeBoard(t: ExecutionContext, chips: readonly Chip[] = BOARDS['Pi 4, Linux 6.12']) {
  const sysfs = mkdtempSync(join(tmpdir(), 'boardfeed-board-'));
  t.teardown(() => rmSync(sysfs, { recursive: true, force: true }));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(sysfs, path)), { recursive: true });
    writeFileSync(join(sysfs, path), text);
  };
  const read = (path: string) => readFileSync(join(sysfs, path), 'latin1');
  mkdirSync(join(sysfs, 'class/gpio'), { recursive: true });
  for (const [label, base, lines] of chips) {
    write(`class/gpio/gpiochip${base}/label`, `${label}\n`);
    write(`class/gpio/gpiochip${base}/base`, `${base}\n`);
    write(`class/gpio/gpiochip${base}/ngpio`, `${lines}\n`);
  }
  write('class/gpio/export', '');
  /** A line that is shown. */
  const line = (number: number, direction = 'in') => {
    write(`new/value`, '0');
    write(`new/edge`, 'none');
    write(`new/direction`, direction);
    renameSync(join(sysfs, 'new'), join(sysfs, `class/gpio/gpio${number}`));
  };
  const kernel = setInterval(() => {
    const asked = existsSync(join(sysfs, 'class/gpio/export')) ? read('class/gpio/export') : '';
    if (asked !== '' && !existsSync(join(sysfs, `class/gpio/gpio${asked}`))) line(Number(asked));
  }, 10);
  t.teardown(() => clearInterval(kernel));
  const onoff = fakeOnoff(sysfs);
  return {
    sysfs,
    write,
    read,
    line,
    remove: (path: string) => rmSync(join(sysfs, path), { recursive: true }),
    onoff,
    source: { sysfs, load: async () => ({ Gpio: onoff.Gpio as unknown as typeof Gpio }) },
  };
}

/** Instead of onoff, which knows no folder but /sys: the same upon ours, so far as it is used, and it notes what is done. */
function fakeOnoff(sysfs: string) {
  const made: FakeGpio[] = [];
  class FakeGpio {
    readonly number: number;
    readonly args: readonly unknown[];
    readonly written: number[] = [];
    broken: Error | undefined;
    unexported = false;
    #listeners: ((error: null, value: number) => void)[] = [];

    constructor(number: number, direction: string, edge: string, options: { reconfigureDirection?: boolean }) {
      this.number = number;
      this.args = [number, direction, edge, options];
      const path = this.#path('direction');
      const present = readFileSync(path, 'latin1').trim();
      const wanted = direction === 'in' ? 'in' : 'out';
      if (options.reconfigureDirection !== false || present !== wanted) {
        try {
          writeFileSync(path, wanted);
        } catch {
          // As the real one does for a line that was there before.
        }
      }
      made.push(this);
    }

    #path(file: string) {
      return join(sysfs, `class/gpio/gpio${this.number}`, file);
    }

    async write(value: number) {
      await sleep(1);
      if (this.broken) throw this.broken;
      this.written.push(value);
      writeFileSync(this.#path('value'), String(value));
    }

    readSync(): number {
      if (this.broken) throw this.broken;
      return Number(readFileSync(this.#path('value'), 'latin1'));
    }

    watch(listener: (error: null, value: number) => void) {
      this.#listeners.push(listener);
    }

    unwatchAll() {
      this.#listeners = [];
    }

    unexport() {
      this.unexported = true;
    }

    /** The kernel wakes us: the line has this level now. */
    edge(level: number) {
      writeFileSync(this.#path('value'), String(level));
      const value = this.readSync();
      for (const listener of this.#listeners) listener(null, value);
    }

    get watched() {
      return this.#listeners.length > 0;
    }
  }
  return { Gpio: FakeGpio, made };
}

/** The section of the configuration with its defaults, but for what is given. */
export function led(given: Partial<Config['led']> = {}): Config['led'] {
  return configSchema.parse({ led: given }).led;
}

/** The section of the configuration with its defaults, but for what is given; it is enabled. */
export function button(given: Partial<Config['button']> = {}): Config['button'] {
  return configSchema.parse({ button: { enabled: true, ...given } }).button;
}

/** A log, and what it was told: `warn no status LED: ...`. */
export function makeLog() {
  const lines: string[] = [];
  const log = pino(
    { level: 'debug' },
    {
      write: (line: string) => {
        const { level, msg } = JSON.parse(line);
        lines.push(`${pino.levels.labels[level]} ${msg}`);
      },
    },
  );
  return { log, lines };
}

/** Waits until something holds, 5 s at most. */
export async function until(t: ExecutionContext, holds: () => boolean, what: string): Promise<void> {
  for (let waitedMs = 0; !holds(); waitedMs += 5) {
    if (waitedMs > 5000) return t.fail(`never: ${what}`);
    await sleep(5);
  }
}
