import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { textOf } from '../sensors.ts';
import { codeOf, PanelProblem } from './problem.ts';

/** A pin as the configuration names it. */
export interface Pin {
  /** Counted as on the chip: on a Raspberry Pi the BCM number. */
  readonly pin: number;
  /** Label of the chip; empty for that of a Raspberry Pi's header. */
  readonly chip: string;
}

/** A line of a GPIO chip. */
export interface GpioLine {
  /** The number by which `/sys/class/gpio` knows it. */
  readonly number: number;
  /** For people: `GPIO 17 (line 529 of pinctrl-bcm2711)`. */
  readonly words: string;
}

interface Chip {
  readonly label: string;
  readonly base: number;
  readonly lines: number;
}

/** The chips behind the header: of a Pi 5, of a Pi 4, of all before and the Zero 2 W. Their lines are counted by BCM number. */
const HEADER_CHIPS: readonly string[] = ['pinctrl-rp1', 'pinctrl-bcm2711', 'pinctrl-bcm2835'];

/**
 * Finds the line of a pin (Documentation/admin-guide/gpio/sysfs.rst). Where a chip begins depends on the kernel and on the order in
 * which drivers were loaded: 0, 512, 571 and others have been seen for one and the same header. So the chip is known by its label.
 * Rejects with `PanelProblem`.
 */
export async function resolveGpio({ pin, chip: wanted }: Pin, sysfs = '/sys'): Promise<GpioLine> {
  const chips = await readChips(sysfs);
  const labels = wanted === '' ? HEADER_CHIPS : [wanted];
  const chip = labels.map((label) => chips.find((one) => one.label === label)).find((found) => found !== undefined);
  if (!chip) throw new PanelProblem(notFound(labels, chips));
  if (pin >= chip.lines) {
    throw new PanelProblem(`there is no GPIO ${pin}: ${chip.label} has those from 0 to ${chip.lines - 1}`);
  }
  const number = chip.base + pin;
  return { number, words: `GPIO ${pin} (line ${number} of ${chip.label})` };
}

/** Every chip that says where it begins, the lowest first. */
async function readChips(sysfs: string): Promise<Chip[]> {
  const folder = join(sysfs, 'class/gpio');
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new PanelProblem('this machine has no GPIO, or its kernel does not show it');
    throw new PanelProblem(`${folder} cannot be read (${codeOf(error)})`);
  }
  const read = names
    .filter((name) => /^gpiochip\d+$/.test(name))
    .map(async (name) => {
      const [label, base, lines] = await Promise.all(
        ['label', 'base', 'ngpio'].map(async (file) => ((await textOf(join(folder, name, file))) ?? '').trim()),
      );
      return { label: label ?? '', base: count(base), lines: count(lines) };
    });
  const chips = (await Promise.all(read)).filter(({ label, base, lines }) => label !== '' && base >= 0 && lines > 0);
  return chips.sort((one, other) => one.base - other.base);
}

/** -1 for what is no count. */
function count(text = ''): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : -1;
}

function notFound(labels: readonly string[], chips: readonly Chip[]): string {
  const missing = `there is no GPIO chip ${labels.join(' or ')}`;
  if (chips.length === 0) return `${missing}, nor any other`;
  return `${missing}; this machine has ${chips.map(({ label, lines }) => `${label} (${lines} lines)`).join(', ')}`;
}
