import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { SourceLog } from '../../src/capture/source-log.ts';

const problem = (cause: string) => ({ cause, message: `it is ${cause}` });

/** A log over a clock that the test sets. */
function stage(unusableMs?: number) {
  const lines: string[] = [];
  const clock = { nowMs: 0 };
  const log = new SourceLog(
    { info: (_facts, text) => lines.push(`info ${text}`), warn: (text) => lines.push(`warn ${text}`) },
    () => clock.nowMs,
    unusableMs,
  );
  return { log, lines, clock };
}

test('at the start: one line, with what it is', (t) => {
  const { log, lines } = stage();
  log.live('alsa hw:CARD=CODEC');
  log.live();
  t.deepEqual(lines, ['info source: alsa hw:CARD=CODEC']);
});

test('unplugged and plugged in again: two lines, whatever is tried in between', (t) => {
  const { log, lines, clock } = stage();
  log.live('alsa x');
  log.lost(problem('unplugged'));
  for (const cause of ['absent', 'busy', 'absent', 'stalled']) log.lost(problem(cause));
  clock.nowMs = 12_340;
  log.live('alsa x');
  log.live();
  t.deepEqual(lines.slice(1), [
    'warn source: unplugged: it is unplugged; trying again',
    'info source: alsa x is back after 12.3 s',
  ]);
});

test('a gap that the source itself does not notice is told as well', (t) => {
  const { log, lines, clock } = stage();
  log.live('alsa x');
  log.lost(problem('stalled'));
  clock.nowMs = 310;
  log.live();
  t.deepEqual(lines.slice(1), [
    'warn source: stalled: it is stalled; trying again',
    'info source: live again after 0.3 s',
  ]);
});

test('a card that is there again and cannot be used is told of, when that lasts', async (t) => {
  const { log, lines } = stage(50);
  t.teardown(() => log.close());
  log.lost(problem('unplugged'));
  for (const cause of ['absent', 'busy', 'absent']) log.lost(problem(cause));
  await sleep(200);
  t.is(lines.length, 1, 'it is away, as was said');
  log.lost(problem('busy'));
  await sleep(200);
  t.deepEqual(lines.slice(1), ['warn source: busy: it is busy; trying again']);
  log.live('alsa x');
  await sleep(200);
  t.is(lines.length, 3);
});

test('a bad contact: so many lines an hour, then one that tells how often it was', (t) => {
  const { log, lines, clock } = stage();
  log.live('alsa x');
  for (let times = 0; times < 1000; times++) {
    log.lost(problem('unplugged'));
    clock.nowMs += 500;
    log.live('alsa x');
    clock.nowMs += 1500;
  }
  t.is(lines.length, 1 + 2 * 6);
  t.is(lines.at(-1), 'info source: alsa x is back after 0.5 s', 'the last word is how it stands');
  clock.nowMs += 3_600_000;
  log.lost(problem('unplugged'));
  t.is(lines.at(-1), 'warn source: unplugged: it is unplugged; trying again (lost and back 994 more times)');
});

test('a stopped log has no timer that keeps anything', async (t) => {
  const { log, lines } = stage();
  log.lost(problem('absent'));
  log.lost(problem('busy'));
  log.close();
  await sleep(10);
  t.is(lines.length, 1);
});
