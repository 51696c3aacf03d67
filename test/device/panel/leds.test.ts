import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { openLed } from '../../../src/device/panel/led-driver.ts';
import { PanelProblem } from '../../../src/device/panel/problem.ts';
import { led, makeBoard } from './_board.ts';

/** The kernel's LED "ACT", which the card reader drives. */
function withKernelLed(board: ReturnType<typeof makeBoard>, trigger = 'none [mmc0] timer\n') {
  board.write('class/leds/ACT/brightness', '0');
  board.write('class/leds/ACT/max_brightness', '255\n');
  board.write('class/leds/ACT/trigger', trigger);
}

test('an LED on a pin is lit and darkened, and dark at the end', async (t) => {
  const { source, read, onoff } = makeBoard(t);
  const driver = await openLed(led(), source);
  t.is(driver.words, 'LED on GPIO 17 (line 529 of pinctrl-bcm2711)');
  t.is(read('class/gpio/export'), '529');
  t.deepEqual(onoff.made[0]?.args.slice(0, 2), [529, 'low']);
  const value = () => read('class/gpio/gpio529/value');
  await driver.set(true);
  t.is(value(), '1');
  await driver.set(false);
  t.is(value(), '0');
  await driver.set(true);
  await driver.close();
  t.is(value(), '0');
  t.false(onoff.made[0]?.unexported, 'the line stays with whoever set it up');
});

test('an LED that is lit by a low level', async (t) => {
  const { source, read, onoff } = makeBoard(t);
  const driver = await openLed(led({ active_low: true }), source);
  t.is(onoff.made[0]?.args[1], 'high');
  await driver.set(true);
  t.is(read('class/gpio/gpio529/value'), '0');
  await driver.close();
  t.is(read('class/gpio/gpio529/value'), '1');
});

test('a line that is set up already is used as it is', async (t) => {
  const { source, read, line, onoff } = makeBoard(t);
  line(529, 'out');
  await openLed(led(), source);
  t.is(read('class/gpio/export'), '');
  t.like(onoff.made[0]?.args[3], { reconfigureDirection: false });
});

test('what keeps a pin from being used is told', async (t) => {
  const kind = 'gpio';
  const problem = (message: RegExp) => ({ instanceOf: PanelProblem, message });
  const broken = makeBoard(t);
  const load = () => Promise.reject(new Error('Could not locate the bindings file. Tried:\n → a\n → b'));
  await t.throwsAsync(
    openLed(led({ kind }), { ...broken.source, load }),
    problem(/^GPIO 17 .*: onoff cannot be loaded \(Could not locate the bindings file\. Tried:\)$/),
  );
  t.is(broken.read('class/gpio/export'), '', 'nothing was touched');

  const refused = makeBoard(t);
  refused.remove('class/gpio/export');
  await t.throwsAsync(openLed(led({ kind }), refused.source), problem(/^GPIO 17 .* cannot be had: ENOENT$/));

  const odd = makeBoard(t);
  odd.line(529, 'out');
  odd.remove('class/gpio/gpio529/value');
  await t.throwsAsync(openLed(led({ kind }), odd.source), problem(/: the kernel has no .*value/));
  t.is(odd.onoff.made.length, 0, 'onoff would have tried it ten thousand times');

  const other = makeBoard(t);
  class Throws {
    constructor() {
      throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
    }
  }
  const failing = { sysfs: other.sysfs, load: async () => ({ Gpio: Throws as never }) };
  await t.throwsAsync(openLed(led({ kind }), failing), problem(/^GPIO 17 .* cannot be opened \(EIO\)$/));
});

test('an input that cannot be turned round is told', async (t) => {
  const { source, line, write, onoff } = makeBoard(t);
  line(529, 'in');
  const load = async () => ({
    Gpio: class extends onoff.Gpio {
      constructor(...args: ConstructorParameters<typeof onoff.Gpio>) {
        super(...args);
        write('class/gpio/gpio529/direction', 'in\n');
      }
    } as never,
  });
  await t.throwsAsync(openLed(led({ kind: 'gpio' }), { ...source, load }), {
    instanceOf: PanelProblem,
    message: /is an input; run "boardfeed gpio-setup" as root/,
  });
});

test('an LED of the kernel is taken from its trigger, and given back', async (t) => {
  const board = makeBoard(t, []);
  withKernelLed(board);
  const { read, source } = board;
  const driver = await openLed(led({ kind: 'kernel' }), source);
  t.is(driver.words, 'LED ACT of the kernel');
  t.regex(read('class/leds/ACT/trigger'), /^none/);
  await driver.set(true);
  t.is(read('class/leds/ACT/brightness'), '255');
  await driver.set(false);
  t.regex(read('class/leds/ACT/brightness'), /^0/);
  await driver.set(true);
  await driver.close();
  t.regex(read('class/leds/ACT/brightness'), /^0/);
  t.regex(read('class/leds/ACT/trigger'), /^mmc0/);
});

test('an LED of the kernel that nothing drove is left as bright as it was', async (t) => {
  const board = makeBoard(t, []);
  withKernelLed(board, '[none] mmc0\n');
  board.write('class/leds/ACT/brightness', '255');
  const driver = await openLed(led({ kind: 'kernel' }), board.source);
  t.regex(board.read('class/leds/ACT/brightness'), /^0/);
  await driver.close();
  t.is(board.read('class/leds/ACT/brightness'), '255');
  t.is(board.read('class/leds/ACT/trigger'), '[none] mmc0\n');
});

test('an LED of the kernel that has nothing but a brightness will do', async (t) => {
  const board = makeBoard(t, []);
  board.write('class/leds/usr:green/brightness', '0');
  const driver = await openLed(led({ kind: 'kernel', name: 'usr:green' }), board.source);
  await driver.set(true);
  t.is(board.read('class/leds/usr:green/brightness'), '1');
  await driver.close();
  t.is(board.read('class/leds/usr:green/brightness'), '0');
});

test('"auto" takes the pin where there is one, else the LED of the kernel, else tells of both', async (t) => {
  const pi = makeBoard(t);
  withKernelLed(pi);
  t.regex((await openLed(led(), pi.source)).words, /^LED on GPIO 17/);
  t.is(pi.read('class/leds/ACT/trigger'), 'none [mmc0] timer\n', 'the other is left alone');
  const other = makeBoard(t, []);
  withKernelLed(other);
  t.is((await openLed(led(), other.source)).words, 'LED ACT of the kernel');
  const none = makeBoard(t, []);
  await t.throwsAsync(openLed(led(), none.source), {
    instanceOf: PanelProblem,
    message: /^there is no GPIO chip .*; the kernel has no LED ACT$/,
  });
  await t.throwsAsync(openLed(led({ kind: 'gpio' }), other.source), { message: /^there is no GPIO chip [^;]*$/ });
});

(process.getuid?.() === 0 ? test.skip : test)('a line that was not given to us is told', async (t) => {
  const { source, sysfs, line, onoff } = makeBoard(t);
  line(529, 'out');
  chmodSync(join(sysfs, 'class/gpio/gpio529/value'), 0o444);
  await t.throwsAsync(openLed(led({ kind: 'gpio' }), source), {
    instanceOf: PanelProblem,
    message: /^GPIO 17 .*: no permission for .*value; run "boardfeed gpio-setup" as root before the box$/,
  });
  t.is(onoff.made.length, 0, 'onoff would have tried it ten thousand times');
});
