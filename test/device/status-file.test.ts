import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { StatusFile } from '../../src/device/status-file.ts';
import { until } from '../support/processes.ts';

/** A status file that looks ten times a second and rests for half a second. */
function status(t: ExecutionContext, first?: string, place = 'status.txt') {
  const folder = mkdtempSync(join(tmpdir(), 'boardfeed-status-'));
  const file = join(folder, place);
  if (first !== undefined) writeFileSync(file, first);
  const warnings: string[] = [];
  const says = { text: 'one' };
  const log = { warn: (text: unknown) => void warnings.push(`${text}`) };
  const kept = new StatusFile({ file, text: () => says.text, log, lookMs: 50, restMs: 500 });
  t.teardown(() => {
    kept.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const text = () => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return undefined;
    }
  };
  return { kept, says, warnings, folder, text, inode: () => statSync(file).ino };
}

test.serial('it is written soon, and not again while it says the same', async (t) => {
  const { text, inode, folder } = status(t);
  await until('it is there', () => text() === 'one');
  const first = inode();
  await sleep(1200);
  t.is(inode(), first);
  t.deepEqual(readdirSync(folder), ['status.txt']);
});

test.serial('another text is written when it has come to stay, and not within the rest', async (t) => {
  const { says, text } = status(t);
  await until('it is there', () => text() === 'one');
  const startMs = performance.now();
  says.text = 'two';
  await until('it says two', () => text() === 'two');
  t.true(performance.now() - startMs > 400, 'a rest lies between');
  await sleep(600);
  let turn = 0;
  Object.defineProperty(says, 'text', { get: () => `flicker ${turn++}` });
  await sleep(1000);
  t.true(turn > 5);
  t.is(text(), 'two', 'what is something else at each look is not written');
});

test.serial('what an appliance before has written counts', async (t) => {
  const same = status(t, 'one');
  const [other, startMs] = [status(t, 'zero'), performance.now()];
  const first = same.inode();
  await until('it says one', () => other.text() === 'one');
  t.true(performance.now() - startMs > 400, 'a rest lies between');
  t.is(same.inode(), first);
});

test.serial(
  'a disk that cannot be written, or a text that cannot be made, is told once and disturbs nobody',
  async (t) => {
    const { warnings, kept } = status(t, undefined, 'none/status.txt');
    await until('it is told', () => warnings.length > 0);
    await sleep(300);
    t.is(warnings.length, 1);
    t.regex(warnings[0] ?? '', /none\/status\.txt cannot be written/);
    await t.notThrowsAsync(kept.idle);
    const bad = status(t);
    Object.defineProperty(bad.says, 'text', {
      get() {
        throw new Error('our bug');
      },
    });
    await until('it is told', () => bad.warnings.length > 0);
    t.regex(bad.warnings[0] ?? '', /our bug/);
  },
);

test.serial('when it is closed nothing is written any more', async (t) => {
  const { kept, says, text } = status(t);
  await until('it is there', () => text() === 'one');
  kept.close();
  says.text = 'two';
  await sleep(800);
  t.is(text(), 'one');
});
