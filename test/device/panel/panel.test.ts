import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { Keeper } from '../../../src/device/panel/keeper.ts';
import { Panel, type PanelOptions } from '../../../src/device/panel/panel.ts';
import type { AirFacts } from '../../../src/device/panel/patterns.ts';
import { runtimeFolder } from '../../../src/device/panel/power-off.ts';
import { button, led, makeBoard, makeLog, until } from './_board.ts';

const LIVE: AirFacts = { state: 'live', level: 'signal', kind: 'alsa', wanted: 'alsa', fault: false };

function makePanel(t: ExecutionContext, board = makeBoard(t), given: Partial<PanelOptions> = {}) {
  const { log, lines } = makeLog();
  const runtime = join(board.sysfs, 'run');
  mkdirSync(runtime, { recursive: true });
  const updatingFile = join(board.sysfs, 'updating');
  const panel = new Panel({ ...board.source, log, runtimeFolder: runtime, updatingFile, retryMs: 50, ...given });
  t.teardown(() => panel.close());
  /** What LED and button were told, by the order in which they were opened. */
  const written = (index = 0) => board.onoff.made[index]?.written ?? [];
  return { board, panel, lines, runtime, updatingFile, written };
}

const off = { led: led({ kind: 'off' }), button: button({ enabled: false }) };

test('it blinks from the beginning, then shows what the facts say, and is dark at the end', async (t) => {
  const { panel, board, lines, written } = makePanel(t);
  panel.use({ led: led(), button: button({ enabled: false }) });
  await until(t, () => written().length >= 3, 'blinking');
  t.deepEqual(written().slice(0, 3), [1, 0, 1], 'starting');
  panel.follow(() => LIVE);
  await sleep(300);
  const before = written().length;
  await sleep(1500);
  t.true(written().length - before <= 2, 'alight, with a wink at most');
  await panel.close();
  t.is(written().at(-1), 0);
  t.deepEqual(lines, ['info status LED: LED on GPIO 17 (line 529 of pinctrl-bcm2711)']);
  t.is(board.onoff.made.length, 1);
});

test('it is alight before the rest of the box is loaded', async (t) => {
  const { panel, board } = makePanel(t);
  board.line(529, 'out');
  panel.use({ led: led(), button: off.button });
  t.is(board.onoff.made.length, 0);
  await panel.ready();
  t.is(board.onoff.made.length, 1);
});

test('the same settings change nothing, others take the place of the old', async (t) => {
  const { panel, board, written } = makePanel(t);
  panel.use({ led: led(), button: off.button });
  await until(t, () => written().length > 0, 'lit');
  panel.use({ led: led(), button: off.button });
  panel.use({ led: led({ pin: 18 }), button: off.button });
  panel.use({ led: led({ pin: 19 }), button: off.button });
  await until(t, () => board.onoff.made.at(-1)?.number === 531, 'the last of them');
  await until(t, () => (board.onoff.made.at(-1)?.written.length ?? 0) > 0, 'lit');
  t.is(board.read('class/gpio/gpio529/value'), '0');
  t.deepEqual(
    board.onoff.made.map(({ number }) => number),
    [529, 530, 531],
  );
  panel.use(off);
  await until(t, () => board.read('class/gpio/gpio531/value') === '0', 'dark');
  const dark = board.onoff.made.at(-1)?.written.length;
  await sleep(1200);
  t.is(board.onoff.made.at(-1)?.written.length, dark);
});

test('the file of an update makes it show one', async (t) => {
  const { panel, updatingFile, written } = makePanel(t);
  writeFileSync(updatingFile, '');
  panel.follow(() => LIVE);
  panel.use({ led: led(), button: off.button });
  await until(t, () => written().length > 0, 'lit');
  await sleep(1500);
  t.true(written().length >= 3, 'long and short flashes');
  rmSync(updatingFile);
  await sleep(1500);
  const before = written().length;
  await sleep(1500);
  t.true(written().length - before <= 2);
});

test('a long press asks the system to shut down, and the LED says so at once', async (t) => {
  let short = 0;
  const { panel, board, runtime, lines, written } = makePanel(t, undefined, { onShortPress: () => short++ });
  board.line(515, 'in');
  board.write('class/gpio/gpio515/value', '1');
  panel.follow(() => LIVE);
  panel.use({ led: led(), button: button({ long_press_s: 0.5 }) });
  const line = () => board.onoff.made.find(({ number }) => number === 515);
  await until(t, () => line()?.watched === true, 'the button');
  line()?.edge(0);
  line()?.edge(1);
  t.is(short, 1);
  t.false(existsSync(join(runtime, 'poweroff')));
  line()?.edge(0);
  await until(t, () => existsSync(join(runtime, 'poweroff')), 'the request');
  const lamp = board.onoff.made.findIndex(({ number }) => number === 529);
  const before = written(lamp).length;
  await sleep(1000);
  t.true(written(lamp).length - before >= 5, 'it flickers');
  t.deepEqual(lines.slice(-1), ['info the button asks to shut down']);
  t.is(short, 1);
});

test('a press that nobody heeds is withdrawn, and told', async (t) => {
  const { panel, board, runtime, lines } = makePanel(t, undefined, { powerOffMs: 200 });
  board.line(515, 'in');
  board.write('class/gpio/gpio515/value', '1');
  panel.use({ led: off.led, button: button({ long_press_s: 0.5 }) });
  await until(t, () => board.onoff.made[0]?.watched === true, 'the button');
  board.onoff.made[0]?.edge(0);
  await until(t, () => existsSync(join(runtime, 'poweroff')), 'the request');
  await until(t, () => !existsSync(join(runtime, 'poweroff')), 'no request any more');
  t.is(lines.at(-1), 'error nobody shuts down; is boardfeed-poweroff.path active?');
  rmSync(runtime, { recursive: true });
  board.onoff.made[0]?.edge(1);
  board.onoff.made[0]?.edge(0);
  await until(t, () => /^error cannot shut down: ENOENT/.test(lines.at(-1) ?? ''), 'a request that cannot be left');
});

test('a machine without any of it is told of once, and looked at again', async (t) => {
  const board = makeBoard(t, []);
  const { panel, lines } = makePanel(t, board);
  panel.use({ led: led(), button: button() });
  await until(t, () => lines.filter((line) => line.startsWith('debug no status LED')).length > 2, 'three more tries');
  t.deepEqual(
    lines
      .filter((line) => !line.startsWith('debug'))
      .map((line) => line.replace(/there is no GPIO chip.*/, '...'))
      .sort(),
    ['info no status LED: ...', 'warn no button: ...'],
  );
  board.write('class/leds/ACT/brightness', '0');
  await until(t, () => lines.includes('info status LED: LED ACT of the kernel'), 'the LED of the kernel');
});

test('an LED that fails is tried again, quietly', async (t) => {
  const { panel, board, lines } = makePanel(t);
  panel.use({ led: led({ kind: 'gpio' }), button: off.button });
  await until(t, () => (board.onoff.made[0]?.written.length ?? 0) > 0, 'lit');
  const [first] = board.onoff.made;
  if (first) first.broken = new Error('EIO: i/o error, write');
  await until(t, () => (board.onoff.made[1]?.written.length ?? 0) > 0, 'lit again');
  t.deepEqual(lines, [
    'info status LED: LED on GPIO 17 (line 529 of pinctrl-bcm2711)',
    'warn no status LED: EIO: i/o error, write',
    'debug status LED: LED on GPIO 17 (line 529 of pinctrl-bcm2711)',
  ]);
});

test('a part that breaks while it is being opened is closed, one that comes too late as well', async (t) => {
  const { log } = makeLog();
  const closed: string[] = [];
  const part = (words: string) => ({ words, close: async () => void closed.push(words) });
  let tries = 0;
  const keeper = new Keeper({
    what: 'part',
    problemLevel: 'warn',
    log,
    retryMs: 20,
    open: async (failed) => {
      tries++;
      if (tries === 1) failed(new Error('at once'));
      if (tries === 2) throw new TypeError('not yet');
      if (tries === 3) await sleep(600);
      return part(`part ${tries}`);
    },
  });
  await until(t, () => tries === 3, 'three tries');
  t.deepEqual(closed, ['part 1']);
  await keeper.close();
  t.deepEqual(closed, ['part 1'], 'nobody waits for it');
  await until(t, () => closed.length > 1, 'the end of the late one');
  t.deepEqual(closed, ['part 1', 'part 3']);
});

test('the folder for requests is the one that systemd made', (t) => {
  t.is(runtimeFolder({}), '/run/boardfeed');
  t.is(runtimeFolder({ RUNTIME_DIRECTORY: '' }), '/run/boardfeed');
  t.is(runtimeFolder({ RUNTIME_DIRECTORY: '/run/other' }), '/run/other');
  t.is(runtimeFolder({ RUNTIME_DIRECTORY: '/run/one:/run/two' }), '/run/one');
});

test('the units of the package wait for the very file that a long press leaves', (t) => {
  const unit = (name: string) => readFileSync(new URL(`../../../systemd/${name}`, import.meta.url), 'utf8');
  const file = join(runtimeFolder({}), 'poweroff');
  t.regex(unit('boardfeed-poweroff.path'), new RegExp(`^PathExists=${file}$`, 'm'));
  t.regex(unit('boardfeed-poweroff.service'), new RegExp(`^ExecStart=/usr/bin/rm -f ${file}$`, 'm'));
  t.regex(unit('boardfeed-poweroff.service'), /^SuccessAction=poweroff$/m);
});
