import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { openButton } from '../../../src/device/panel/button.ts';
import { Presses } from '../../../src/device/panel/presses.ts';
import { PanelProblem } from '../../../src/device/panel/problem.ts';
import { button, makeBoard, until } from './_board.ts';

const LONG_MS = 120;

function makePresses(downAtFirst = false) {
  const told: string[] = [];
  const line = { down: downAtFirst };
  const presses = new Presses({
    longPressMs: LONG_MS,
    isDown: () => line.down,
    onShort: () => told.push('short'),
    onLong: () => told.push('long'),
  });
  const change = (down: boolean) => {
    line.down = down;
    presses.change(down);
  };
  return { told, line, presses, change };
}

test('a press that ends soon is short, one that does not is long, while it lasts', async (t) => {
  const { told, change } = makePresses();
  change(true);
  t.deepEqual(told, []);
  change(false);
  t.deepEqual(told, ['short']);
  change(true);
  await until(t, () => told.length > 1, 'a long press');
  t.deepEqual(told, ['short', 'long']);
  change(false);
  await sleep(2 * LONG_MS);
  t.deepEqual(told, ['short', 'long'], 'letting go is no news');
  change(true);
  change(false);
  t.deepEqual(told, ['short', 'long', 'short']);
});

test('presses do not add up, and what is known is no news', async (t) => {
  const { told, change } = makePresses();
  const shortly = (LONG_MS * 2) / 3;
  change(true);
  await sleep(shortly);
  change(true);
  change(false);
  change(false);
  change(true);
  await sleep(shortly);
  change(false);
  await sleep(LONG_MS);
  t.deepEqual(told, ['short', 'short']);
});

test('a button that is pressed from the beginning means nothing until it has been let go', async (t) => {
  const { told, change } = makePresses(true);
  change(true);
  await sleep(2 * LONG_MS);
  change(false);
  t.deepEqual(told, []);
  change(true);
  await until(t, () => told.length > 0, 'a long press');
  t.deepEqual(told, ['long']);
});

test('a press that ended while the process stood still is short, though the timer comes first', async (t) => {
  const { told, line, presses } = makePresses();
  line.down = true;
  presses.change(true);
  line.down = false;
  await sleep(2 * LONG_MS);
  t.deepEqual(told, []);
  presses.change(false);
  t.deepEqual(told, ['short']);
});

test('after the end nothing is told', async (t) => {
  const { told, change, presses } = makePresses();
  change(true);
  presses.close();
  await sleep(2 * LONG_MS);
  change(false);
  t.deepEqual(told, []);
});

async function onBoard(t: ExecutionContext, given: Parameters<typeof button>[0] = {}, levelAtFirst = '1') {
  const board = makeBoard(t);
  board.line(515, 'in');
  board.write('class/gpio/gpio515/value', levelAtFirst);
  const told: string[] = [];
  const opened = await openButton(
    button({ long_press_s: 0.5, ...given }),
    {
      onShort: () => told.push('short'),
      onLong: () => told.push('long'),
      onFailed: (error) => told.push(`failed: ${error.message}`),
    },
    board.source,
  );
  const [gpio] = board.onoff.made;
  if (!gpio) throw new Error('onoff was not asked');
  return { board, told, opened, gpio };
}

test('the button of a board: both edges, without bouncing, low while it is pressed', async (t) => {
  const { told, opened, gpio } = await onBoard(t);
  t.is(opened.words, 'button on GPIO 3 (line 515 of pinctrl-bcm2711)');
  t.deepEqual(gpio.args.slice(0, 3), [515, 'in', 'both']);
  t.like(gpio.args[3], { debounceTimeout: 30 });
  gpio.edge(0);
  gpio.edge(1);
  t.deepEqual(told, ['short']);
  gpio.edge(0);
  await until(t, () => told.length > 1, 'a long press');
  t.deepEqual(told, ['short', 'long']);
  await opened.close();
  t.false(gpio.watched);
  t.false(gpio.unexported);
  await opened.close();
});

test('a button that is high while it is pressed', async (t) => {
  const { told, gpio, opened } = await onBoard(t, { active_low: false }, '0');
  gpio.edge(1);
  gpio.edge(0);
  t.deepEqual(told, ['short']);
  await opened.close();
});

test('a line that is taken away is told of once, and throws where nobody could catch it: never', async (t) => {
  const { told, gpio, opened } = await onBoard(t);
  gpio.edge(0);
  gpio.broken = new Error('ENODEV');
  t.notThrows(() => gpio.readSync());
  t.is(gpio.readSync(), 1, 'it counts as let go');
  await sleep(700);
  t.deepEqual(told, ['failed: ENODEV']);
  await opened.close();
});

test('a line that cannot tell of edges is refused', async (t) => {
  const board = makeBoard(t);
  board.line(515, 'in');
  board.remove('class/gpio/gpio515/edge');
  const events = { onShort: () => {}, onLong: () => {}, onFailed: () => {} };
  await t.throwsAsync(openButton(button(), events, board.source), {
    instanceOf: PanelProblem,
    message: /edge .*cannot serve a button/,
  });
  const output = makeBoard(t);
  output.line(515, 'out');
  const load = async () => ({
    Gpio: class extends output.onoff.Gpio {
      constructor(...args: ConstructorParameters<typeof output.onoff.Gpio>) {
        super(...args);
        output.write('class/gpio/gpio515/direction', 'out\n');
      }
    } as never,
  });
  await t.throwsAsync(openButton(button(), events, { ...output.source, load }), { message: /is an output/ });
});

test('a line that the kernel does not let us watch is told, and let go', async (t) => {
  const board = makeBoard(t);
  board.line(515, 'in');
  board.write('class/gpio/gpio515/value', '1');
  let ended = 0;
  const load = async () => ({
    Gpio: class extends board.onoff.Gpio {
      override watch() {
        throw Object.assign(new Error('Operation not permitted'), { code: 'EPERM' });
      }
      override unwatchAll() {
        ended++;
        throw new Error('it was not watched');
      }
    } as never,
  });
  const events = { onShort: () => {}, onLong: () => {}, onFailed: () => {} };
  await t.throwsAsync(openButton(button(), events, { ...board.source, load }), {
    instanceOf: PanelProblem,
    message: /^GPIO 3 .* cannot be watched \(EPERM\)$/,
  });
  t.is(ended, 1);
});
