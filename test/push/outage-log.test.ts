import test from 'ava';
import { OutageLog } from '../../src/push/outage-log.ts';

function stage() {
  const lines: string[] = [];
  const log = new OutageLog(
    { info: (text) => lines.push(`info ${text}`), warn: (text) => lines.push(`warn ${text}`) },
    'x',
  );
  return { log, lines };
}

test('on air at once: one line', (t) => {
  const { log, lines } = stage();
  log.onAir();
  log.steady();
  t.deepEqual(lines, ['info x: on air']);
});

test('a thousand failures of two kinds: a line for each kind, and one when it is over', (t) => {
  const { log, lines } = stage();
  for (let left = 500; left > 0; left--) {
    log.failed('refused', 'nothing listens');
    log.failed('password', 'wrong password');
  }
  log.onAir();
  t.deepEqual(lines, [
    'warn x: nothing listens; trying again until it works',
    'warn x: wrong password; trying again until it works',
    'info x: on air after 1000 failures',
  ]);
});

test('to and fro: said once, and at last how it stands', (t) => {
  const { log, lines } = stage();
  for (let left = 100; left > 0; left--) {
    log.onAir();
    log.failed('reset', 'the server reset the connection');
  }
  log.onAir();
  t.is(lines.length, 2);
  log.steady();
  t.is(lines.at(-1), 'info x: on air after 100 failures');
  t.is(lines.length, 3);
});

test('after a while on air the next failure is news again', (t) => {
  const { log, lines } = stage();
  log.failed('reset', 'gone');
  log.onAir();
  log.steady();
  log.failed('reset', 'gone');
  log.onAir();
  t.deepEqual(lines, [
    'warn x: gone; trying again until it works',
    'info x: on air after 1 failure',
    'warn x: gone; trying again until it works',
    'info x: on air after 1 failure',
  ]);
});
