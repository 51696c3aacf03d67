import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { ServiceManager, watchdogMs } from '../../../src/device/watchdog/service-manager.ts';
import { startManager } from '../../support/manager.ts';
import { until } from '../../support/processes.ts';

for (const [usec, pid, expected] of [
  ['10000000', undefined, 10_000],
  ['10000000', '42', 10_000],
  ['10000000', '43', undefined],
  ['10000000', '', 10_000],
  ['1500', '42', 1.5],
  ['0', undefined, undefined],
  ['', undefined, undefined],
  [undefined, '42', undefined],
  ['1e6', undefined, undefined],
  ['-5', undefined, undefined],
] as const) {
  test(`WATCHDOG_USEC ${usec}, WATCHDOG_PID ${pid}: ${expected} ms`, (t) => {
    t.is(watchdogMs({ WATCHDOG_USEC: usec, WATCHDOG_PID: pid }, 42), expected);
  });
}

test('what the manager could not be told is told later, at its last value, and the failure once', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'boardfeed-nobody-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const failures: number[] = [];
  const nobody = new ServiceManager(join(folder, 'nobody'), {}, (errno) => failures.push(errno));
  nobody.ready();
  nobody.status('one');
  nobody.tell(true);
  t.deepEqual(failures, [2], 'ENOENT');

  const manager = await startManager(1000);
  t.teardown(() => manager.stop());
  const told = new ServiceManager(manager.env.NOTIFY_SOCKET ?? '', manager.env, (errno) => failures.push(errno));
  told.status('first');
  told.status(`second\nREADY=0 ${'x'.repeat(500)}`);
  told.ready();
  told.tell();
  told.tell(true);
  told.stopping();
  await until('all has arrived', () => manager.messages().length === 3 || manager.messages());
  const [first, second, third] = manager.messages().map(({ lines }) => lines);
  t.deepEqual(Object.keys(first ?? {}).sort(), ['READY', 'STATUS']);
  t.is(first?.READY, '1');
  t.regex(first?.STATUS ?? '', /^second READY=0 x+$/);
  t.true((first?.STATUS?.length ?? 0) <= 200);
  t.deepEqual(second, { WATCHDOG: '1' });
  t.deepEqual(third, { STOPPING: '1' });
  t.deepEqual(failures, [2]);
});
