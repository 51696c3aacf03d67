import { z } from 'zod';
import { choice, flag, number, text } from './key.ts';

const PIN = { min: 0, max: 1023 };
const CHIP = [
  '',
  /^[^\p{Cc}]{0,64}$/u,
  'a text of 64 characters at most',
  'Label of the GPIO chip, for boards that are no Raspberry Pi: as in /sys/class/gpio/gpiochip*/label. Empty: the one behind the header of a Raspberry Pi.',
] as const;

/** The section `[led]`. */
export const ledSchema = z.strictObject({
  kind: choice(
    'auto',
    ['auto', 'gpio', 'kernel', 'off'],
    '',
    'Which lamp shows how the box is: "gpio" is one on a pin, "kernel" one of the board. "auto" takes the pin where the board has pins, else the lamp of the board; a pin without a lamp does no harm.',
  ),
  pin: number(17, PIN, 'Pin of the lamp, by its GPIO (BCM) number. 17 is contact 11 of the header.'),
  active_low: flag(false, 'Whether that pin must be low for the lamp to be alight.'),
  chip: text(...CHIP),
  name: text(
    'ACT',
    // It becomes part of a path that root writes to.
    /^[\p{L}\p{N}_][\p{L}\p{N}_:.+-]{0,63}$/u,
    'a name as in /sys/class/leds',
    'Name of the lamp of the board.',
  ),
});

/** The section `[button]`. */
export const buttonSchema = z.strictObject({
  enabled: flag(
    false,
    'Whether there is a button. Pressed for long, it shuts the box down in order; the lamp flickers as soon as it may be let go.',
  ),
  pin: number(
    3,
    PIN,
    'Pin of the button, by its GPIO (BCM) number. 3 is contact 5 of the header: it has a resistor of its own, and a Raspberry Pi that has been shut down starts when it is pressed.',
  ),
  active_low: flag(true, 'Whether that pin is low while the button is pressed: it connects the pin with ground.'),
  chip: text(...CHIP),
  long_press_s: number(3, { min: 0.5, max: 30, unit: 's', fraction: true }, 'How long it must be pressed.'),
});
