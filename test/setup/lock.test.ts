import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { withLock } from '../../setup/lock.mjs';

function lockFile(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'boardfeed-lock-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return join(folder, 'lock');
}

test('two setups of one folder do their work one after the other', async (t) => {
  const file = lockFile(t);
  const order: string[] = [];
  const work = (name: string) =>
    withLock(file, async () => {
      order.push(`${name} begins`);
      await sleep(50);
      order.push(`${name} ends`);
    });
  await Promise.all([work('a'), work('b')]);
  t.deepEqual(order, ['a begins', 'a ends', 'b begins', 'b ends']);
  t.false(existsSync(file));
});

test('the lock is released when the work fails', async (t) => {
  const file = lockFile(t);
  await t.throwsAsync(
    withLock(file, () => Promise.reject(new Error('no'))),
    { message: 'no' },
  );
  t.is(await withLock(file, async () => 'mine'), 'mine');
});

test('a lock whose process is gone is taken over', async (t) => {
  const file = lockFile(t);
  const { pid } = spawnSync('true');
  writeFileSync(file, String(pid));
  t.is(await withLock(file, async () => 'mine'), 'mine');
});

test('a lock that nobody finished writing is taken over', async (t) => {
  const file = lockFile(t);
  writeFileSync(file, '');
  const longAgoS = Date.now() / 1000 - 60;
  utimesSync(file, longAgoS, longAgoS);
  t.is(await withLock(file, async () => 'mine'), 'mine');
});
