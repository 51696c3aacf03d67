import type { Config } from '../../config/schema.ts';
import { closeGpio, type GpioSource, openOutput } from './gpio.ts';
import type { LedDriver } from './led-driver.ts';

/** Opens an LED on a GPIO line. Rejects with `PanelProblem`. */
export async function openGpioLed(led: Config['led'], source: GpioSource = {}): Promise<LedDriver> {
  const level = (on: boolean) => (on === led.active_low ? 0 : 1);
  const { gpio, words } = await openOutput(led, level(false) === 1 ? 'high' : 'low', source);
  return {
    words: `LED on ${words}`,
    set: (on) => gpio.write(level(on)),
    async close() {
      await gpio.write(level(false)).catch(() => {}); // It may be closed because it fails.
      closeGpio(gpio);
    },
  };
}
