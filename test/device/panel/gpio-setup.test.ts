import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { gpioSetup } from '../../../src/device/panel/gpio-setup.ts';
import { makeBoard } from './_board.ts';

/** Root may give files to any group, others to their own. */
const GROUP = process.getuid?.() === 0 ? 54_321 : (process.getgid?.() ?? 0);

function prepare(t: ExecutionContext, toml: string, chips?: Parameters<typeof makeBoard>[1]) {
  const board = makeBoard(t, chips);
  const [config, groupFile] = [join(board.sysfs, 'b.toml'), join(board.sysfs, 'group')];
  writeFileSync(config, toml);
  writeFileSync(groupFile, `root:x:0:\nnogpio:x:7:\ngpio:x:${GROUP}:pi\n`);
  const setUp = (off = false) => gpioSetup({ off, config, sysfs: board.sysfs, groupFile });
  const given = (path: string) => {
    const { mode, gid } = statSync(join(board.sysfs, path));
    return gid === GROUP && (mode & 0o060) === 0o060;
  };
  return { board, setUp, given, groupFile };
}

test('LED and button are exported, set up, and given to the group', async (t) => {
  const { board, setUp, given } = prepare(t, '[button]\nenabled = true');
  t.deepEqual(await setUp(), [
    'status LED: GPIO 17 (line 529 of pinctrl-bcm2711) is ready',
    'button: GPIO 3 (line 515 of pinctrl-bcm2711) is ready',
  ]);
  t.regex(board.read('class/gpio/gpio529/direction'), /^low/);
  t.true(given('class/gpio/gpio529/value'));
  t.regex(board.read('class/gpio/gpio515/direction'), /^in/);
  t.regex(board.read('class/gpio/gpio515/edge'), /^both/);
  t.true(given('class/gpio/gpio515/value'));
  t.true(given('class/gpio/gpio515/edge'));
  if (process.getuid?.() === 0) t.false(given('class/gpio/gpio529/direction'), 'the box cannot turn it round');
});

test('doing it again changes nothing', async (t) => {
  const { board, setUp } = prepare(t, '');
  const first = await setUp();
  board.write('class/gpio/export', '');
  t.deepEqual(await setUp(), first);
  t.is(board.read('class/gpio/export'), '');
});

test('an LED that a low level lights begins dark, and is dark at the end', async (t) => {
  const { board, setUp } = prepare(t, '[led]\nactive_low = true');
  await setUp();
  t.regex(board.read('class/gpio/gpio529/direction'), /^high/);
  board.write('class/gpio/gpio529/value', '0');
  t.deepEqual(await setUp(true), ['status LED: GPIO 17 (line 529 of pinctrl-bcm2711) is dark']);
  t.is(board.read('class/gpio/gpio529/value'), '1');
});

test('an LED of the kernel is given away, and darkened unless something drives it', async (t) => {
  const { board, setUp, given } = prepare(t, '[led]\nname = "led0"', []);
  board.write('class/leds/led0/brightness', '1');
  board.write('class/leds/led0/trigger', '[none] mmc0\n');
  t.deepEqual(await setUp(), ['status LED: LED led0 of the kernel is ready']);
  t.true(given('class/leds/led0/brightness'));
  t.true(given('class/leds/led0/trigger'));
  t.deepEqual(await setUp(true), ['status LED: LED led0 of the kernel is dark']);
  t.is(board.read('class/leds/led0/brightness'), '0');
  board.write('class/leds/led0/brightness', '1');
  board.write('class/leds/led0/trigger', 'none [mmc0]\n');
  t.deepEqual(await setUp(true), ['status LED: LED led0 of the kernel is left to mmc0']);
  t.is(board.read('class/leds/led0/brightness'), '1');
});

test('what cannot be done is told, and is no failure', async (t) => {
  const none = prepare(t, '[button]\nenabled = true', []);
  const [noLed, noButton] = await none.setUp();
  t.regex(noLed ?? '', /^no status LED: there is no GPIO chip .*; the kernel has no LED ACT$/);
  t.regex(noButton ?? '', /^no button: there is no GPIO chip /);
  t.regex((await none.setUp(true))[0] ?? '', /^no status LED: /);

  const switchedOff = prepare(t, '[led]\nkind = "off"');
  t.deepEqual(await switchedOff.setUp(), []);
  t.deepEqual(await switchedOff.setUp(true), []);
  t.is(switchedOff.board.read('class/gpio/export'), '');

  const bad = prepare(t, '[led]\npin = -1');
  t.regex((await bad.setUp())[0] ?? '', /^nothing is prepared: .*led\.pin = -1: expected /);

  const noGroup = prepare(t, '');
  writeFileSync(noGroup.groupFile, 'nogpio:x:7:\n');
  t.regex((await noGroup.setUp())[0] ?? '', /^nothing is prepared: .* has no group gpio$/);
  t.is(noGroup.board.read('class/gpio/export'), '');
});

test('a line that cannot be set up is told', async (t) => {
  const { board, setUp } = prepare(t, '[led]\nkind = "gpio"');
  board.line(529);
  board.remove('class/gpio/gpio529/direction');
  t.regex((await setUp())[0] ?? '', /^no status LED: GPIO 17 .* cannot be set up \(ENOENT/);
});

test('the name of an LED leads nowhere else', async (t) => {
  for (const name of ['../../etc', '..', '.', 'a/b', '']) {
    const { setUp } = prepare(t, `[led]\nkind = "kernel"\nname = "${name}"`);
    t.regex((await setUp())[0] ?? '', /^nothing is prepared: .*led\.name/, name);
  }
});
