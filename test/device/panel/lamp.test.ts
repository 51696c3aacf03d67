import test from 'ava';
import { Lamp } from '../../../src/device/panel/lamp.ts';
import { isLit, type PatternName } from '../../../src/device/panel/patterns.ts';
import { until } from './_board.ts';

/** An LED that notes what it is told, and when the kernel takes it is up to the test. */
function fakeLed() {
  const shown: boolean[] = [];
  const led = {
    words: 'LED of a test',
    shown,
    closed: 0,
    set: async (on: boolean): Promise<void> => {
      shown.push(on);
    },
    close: async () => {
      led.closed++;
    },
  };
  return led;
}

test('it shows its pattern, writes only what changes, and begins another one from its beginning', async (t) => {
  const driver = fakeLed();
  let name: PatternName = 'clipping';
  let asked = 0;
  const lamp = new Lamp({
    driver,
    pattern: () => {
      asked++;
      return name;
    },
    onFailed: () => t.fail(),
  });
  t.deepEqual(driver.shown, [true], 'at once');
  await until(t, () => asked >= 9, 'nine ticks');
  const changes = Array.from({ length: asked }, (_, tick) => isLit('clipping', tick)).filter(
    (lit, tick, all) => lit !== all[tick - 1],
  );
  t.deepEqual(driver.shown, changes);
  await until(t, () => driver.shown.at(-1) === false, 'dark');
  name = 'silent';
  const [shown, before] = [driver.shown.length, asked];
  await until(t, () => asked >= before + 5, 'five ticks');
  t.deepEqual(driver.shown.slice(shown), [true, false]);
  await lamp.close();
  t.is(driver.closed, 1);
  const after = asked;
  await new Promise((resolve) => setTimeout(resolve, 250));
  t.is(asked, after);
});

test('while the kernel takes its time, nothing piles up, and the next change is the right one', async (t) => {
  const driver = fakeLed();
  const slow = Promise.withResolvers<void>();
  driver.set = async (on) => {
    driver.shown.push(on);
    await slow.promise;
  };
  let asked = 0;
  const lamp = new Lamp({
    driver,
    pattern: () => {
      asked++;
      return asked > 6 ? 'silent' : 'stopping';
    },
    onFailed: () => t.fail(),
  });
  await until(t, () => asked >= 12, 'twelve ticks');
  t.deepEqual(driver.shown, [true]);
  slow.resolve();
  await until(t, () => driver.shown.length > 1, 'another change');
  t.deepEqual(driver.shown, [true, false]);
  await lamp.close();
});

test('a kernel that never comes back keeps nobody from stopping', async (t) => {
  const driver = fakeLed();
  driver.set = () => new Promise(() => {});
  const lamp = new Lamp({ driver, pattern: () => 'live', onFailed: () => t.fail() });
  await lamp.close();
  t.is(driver.closed, 0);
});

test('an LED that fails is told of once, and not tried again', async (t) => {
  const driver = fakeLed();
  driver.set = async (on) => {
    driver.shown.push(on);
    throw new Error('EIO');
  };
  const told: string[] = [];
  const lamp = new Lamp({ driver, pattern: () => 'stopping', onFailed: (error) => told.push(error.message) });
  await new Promise((resolve) => setTimeout(resolve, 350));
  t.deepEqual(told, ['EIO']);
  t.deepEqual(driver.shown, [true]);
  await lamp.close();
  t.is(driver.closed, 1);
});
