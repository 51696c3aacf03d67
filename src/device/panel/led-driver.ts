import type { Config } from '../../config/schema.ts';
import type { GpioSource } from './gpio.ts';
import { openGpioLed } from './gpio-led.ts';
import { openKernelLed } from './kernel-led.ts';
import { PanelProblem } from './problem.ts';

/** A lamp that is on or off. */
export interface LedDriver {
  /** Which one it is, for people. */
  readonly words: string;
  /** Resolves when it is; rejects when the kernel refuses. Only one call at a time. */
  set(on: boolean): Promise<void>;
  /** Leaves it dark, or as the kernel had it. Never rejects. */
  close(): Promise<void>;
}

/** Where LEDs are looked for, in this order. */
const PLACES = { auto: ['gpio', 'kernel'], gpio: ['gpio'], kernel: ['kernel'], off: [] } as const;

/** Opens the LED of the configuration, which has one. Rejects with `PanelProblem`. */
export function openLed(led: Config['led'], source: GpioSource = {}): Promise<LedDriver> {
  return inFirstPlace(led.kind, (place) => {
    return place === 'gpio' ? openGpioLed(led, source) : openKernelLed(led.name, source.sysfs);
  });
}

/** Does something in the first place where it succeeds. Rejects with `PanelProblem`, which tells of every place. */
export async function inFirstPlace<Result>(
  kind: Config['led']['kind'],
  use: (place: 'gpio' | 'kernel') => Promise<Result>,
): Promise<Result> {
  const problems: string[] = [];
  for (const place of PLACES[kind]) {
    try {
      return await use(place);
    } catch (error) {
      if (!(error instanceof PanelProblem)) throw error;
      problems.push(error.message);
    }
  }
  throw new PanelProblem(problems.join('; '));
}
