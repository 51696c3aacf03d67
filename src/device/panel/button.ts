import type { Config } from '../../config/schema.ts';
import { closeGpio, type GpioSource, openInput } from './gpio.ts';
import type { Closable } from './keeper.ts';
import { Presses, type PressesOptions } from './presses.ts';
import { codeOf, PanelProblem } from './problem.ts';

/** Contacts bounce for some milliseconds; a finger takes longer, ms. */
const DEBOUNCE_MS = 30;

/** Who is told of the button. */
export interface ButtonEvents extends Pick<PressesOptions, 'onShort' | 'onLong'> {
  /** Told once, when the line cannot be read any more. */
  onFailed(error: Error): void;
}

/** Opens the button of the configuration. Rejects with `PanelProblem`. */
export async function openButton(
  button: Config['button'],
  events: ButtonEvents,
  source: GpioSource = {},
): Promise<Closable & { readonly words: string }> {
  const { gpio, words } = await openInput(button, DEBOUNCE_MS, source);
  const read = gpio.readSync.bind(gpio);
  try {
    read();
  } catch (error) {
    closeGpio(gpio);
    throw new PanelProblem(`${words} cannot be read (${codeOf(error)})`);
  }
  const released = button.active_low ? 1 : 0;
  let open = true;
  // onoff reads the line whenever the kernel wakes it, where nobody could catch what that throws when the line is taken away.
  gpio.readSync = () => {
    if (!open) return released;
    try {
      return read();
    } catch (error) {
      open = false;
      events.onFailed(error as Error);
      return released;
    }
  };
  const isDown = () => gpio.readSync() !== released;
  const presses = new Presses({
    longPressMs: button.long_press_s * 1000,
    isDown,
    onShort: () => events.onShort(),
    onLong: () => events.onLong(),
  });
  try {
    gpio.watch((_error, value) => {
      if (open) presses.change(value !== released);
    });
  } catch (error) {
    closeGpio(gpio);
    throw new PanelProblem(`${words} cannot be watched (${codeOf(error)})`);
  }
  let closed = false;
  return {
    words: `button on ${words}`,
    async close() {
      if (closed) return;
      closed = true;
      open = false;
      presses.close();
      closeGpio(gpio);
    },
  };
}
