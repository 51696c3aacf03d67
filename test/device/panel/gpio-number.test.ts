import test from 'ava';
import { resolveGpio } from '../../../src/device/panel/gpio-number.ts';
import { PanelProblem } from '../../../src/device/panel/problem.ts';
import { BOARDS, makeBoard } from './_board.ts';

const numbers: [board: keyof typeof BOARDS, number: number][] = [
  ['Pi 3, Linux 6.12', 529],
  ['Pi 3, Linux 6.1', 17],
  ['Zero 2 W, Linux 6.12', 529],
  ['Pi 4, Linux 6.12', 529],
  ['Pi 4, Linux 5.10', 17],
  ['Pi 5, Linux 6.1', 416],
  ['Pi 5, early Linux 6.6', 588],
  ['Pi 5, Linux 7.3', 529],
];

for (const [board, number] of numbers) {
  test(`GPIO 17 of a ${board} is line ${number}`, async (t) => {
    const { sysfs } = makeBoard(t, BOARDS[board]);
    const line = await resolveGpio({ pin: 17, chip: '' }, sysfs);
    t.is(line.number, number);
    t.regex(line.words, new RegExp(`^GPIO 17 \\(line ${number} of pinctrl-`));
  });
}

test('a chip that is named is taken, and no other', async (t) => {
  const virt = makeBoard(t, BOARDS["QEMU's virt"]);
  t.is((await resolveGpio({ pin: 5, chip: '9030000.pl061' }, virt.sysfs)).number, 517);
  const pi = makeBoard(t, BOARDS['Pi 3, Linux 6.12']);
  t.is((await resolveGpio({ pin: 2, chip: 'raspberrypi-exp-gpio' }, pi.sysfs)).number, 568);
  await t.throwsAsync(resolveGpio({ pin: 2, chip: '9030000.pl061' }, pi.sysfs), {
    instanceOf: PanelProblem,
    message:
      'there is no GPIO chip 9030000.pl061; this machine has pinctrl-bcm2835 (54 lines), raspberrypi-exp-gpio (8 lines)',
  });
});

test('the last line of a chip is one, the next is another chip’s', async (t) => {
  for (const [board, last] of [
    ['Pi 3, Linux 6.12', 53],
    ['Pi 4, Linux 6.12', 57],
    ['Pi 5, early Linux 6.6', 53],
  ] as const) {
    const { sysfs } = makeBoard(t, BOARDS[board]);
    t.regex((await resolveGpio({ pin: last, chip: '' }, sysfs)).words, new RegExp(`^GPIO ${last} `));
    await t.throwsAsync(resolveGpio({ pin: last + 1, chip: '' }, sysfs), {
      instanceOf: PanelProblem,
      message: new RegExp(`^there is no GPIO ${last + 1}: pinctrl-\\w+ has those from 0 to ${last}$`),
    });
  }
});

test('a machine without a chip that is known says what it has', async (t) => {
  const virt = makeBoard(t, BOARDS["QEMU's virt"]);
  await t.throwsAsync(resolveGpio({ pin: 17, chip: '' }, virt.sysfs), {
    message: /^there is no GPIO chip pinctrl-rp1 or .*; this machine has 9030000\.pl061 \(8 lines\)$/,
  });
  const none = makeBoard(t, []);
  await t.throwsAsync(resolveGpio({ pin: 17, chip: '' }, none.sysfs), { message: /, nor any other$/ });
  none.remove('class/gpio');
  await t.throwsAsync(resolveGpio({ pin: 17, chip: '' }, none.sysfs), {
    instanceOf: PanelProblem,
    message: /^this machine has no GPIO, or its kernel does not show it$/,
  });
});

const garbage: [file: string, text: string][] = [
  ['base', ''],
  ['base', '-1\n'],
  ['base', '0x200\n'],
  ['base', '99999999999999999999\n'],
  ['ngpio', 'many\n'],
  ['ngpio', '0\n'],
  ['label', '\n'],
];

for (const [file, text] of garbage) {
  test(`a chip whose ${file} says ${JSON.stringify(text)} is passed over`, async (t) => {
    const { sysfs, write } = makeBoard(t, [
      ['pinctrl-bcm2711', 100, 58],
      ['pinctrl-bcm2835', 512, 54],
    ]);
    t.is((await resolveGpio({ pin: 4, chip: '' }, sysfs)).number, 104);
    write(`class/gpio/gpiochip100/${file}`, text);
    t.is((await resolveGpio({ pin: 4, chip: '' }, sysfs)).number, 516);
  });
}

test('a chip without all its files is passed over, and so is what is no chip', async (t) => {
  const { sysfs, remove, write } = makeBoard(t);
  write('class/gpio/gpiochipX/label', 'pinctrl-rp1\n');
  write('class/gpio/gpiochipX/base', '7\n');
  write('class/gpio/gpiochipX/ngpio', '54\n');
  t.is((await resolveGpio({ pin: 4, chip: '' }, sysfs)).number, 516);
  remove('class/gpio/gpiochip512/base');
  await t.throwsAsync(resolveGpio({ pin: 4, chip: '' }, sysfs), { message: /this machine has raspberrypi-exp-gpio/ });
});

test('a folder that cannot be read is told', async (t) => {
  const { sysfs, remove, write } = makeBoard(t);
  remove('class/gpio');
  write('class/gpio', 'no folder');
  await t.throwsAsync(resolveGpio({ pin: 4, chip: '' }, sysfs), {
    instanceOf: PanelProblem,
    message: /cannot be read \(ENOTDIR\)$/,
  });
});
