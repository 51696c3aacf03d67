import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import type { Vitals } from '../../../src/device/watchdog/judge.ts';
import { Watchdog } from '../../../src/device/watchdog/watchdog.ts';

/** A watchdog over a box that the test describes, and what the manager and the log were told. */
function stage(watchdogMs: number | undefined = 150) {
  const told: string[] = [];
  const lines: string[] = [];
  const box = { vitals: undefined as Vitals | undefined, onAir: true, status: 'live: signal' };
  const sinceMs = performance.now();
  const well = (): Vitals => ({
    sinceMs,
    rateHz: 1000,
    programme: { framesSent: performance.now() - sinceMs, skippedMs: 0, lagMs: 5 },
    source: { doing: 'capturing', quietMs: 5 },
    closingMs: 0,
    feeds: [],
  });
  const watchdog = new Watchdog({
    vitals: () => (box.onAir ? (box.vitals ?? well()) : undefined),
    status: () => box.status,
    log: {
      error: (text) => lines.push(text),
      warn: (text) => lines.push(text),
      info: (text) => lines.push(text),
    },
    manager: {
      watchdogMs,
      ready: () => told.push('ready'),
      stopping: () => told.push('stopping'),
      status: (line) => told.push(`status ${line}`),
      tell: (alive) => alive && told.push('alive'),
    },
  });
  const beats = () => told.filter((one) => one === 'alive').length;
  return { watchdog, box, told, lines, well, beats };
}

test.serial('fed while all is well; not while something stands still; and again when it moves', async (t) => {
  const { watchdog, box, told, lines, well, beats } = stage();
  watchdog.ready();
  t.deepEqual(told, ['status live: signal', 'ready']);
  await sleep(600);
  t.true(beats() >= 5, `${beats()}`);
  box.vitals = { ...well(), closingMs: 99_000 };
  await sleep(200);
  const fed = beats();
  await sleep(400);
  t.is(beats(), fed);
  t.deepEqual(watchdog.standstills, ['a capture has not come to its end for 99.0 s']);
  t.is(lines.length, 1);
  box.vitals = undefined;
  await sleep(400);
  t.true(beats() >= fed + 3);
  t.deepEqual(watchdog.standstills, []);
  t.is(lines.at(-1), 'watchdog: everything moves again');
  watchdog.stopping();
  t.is(told.at(-1), 'stopping');
  const last = told.length;
  await sleep(300);
  t.is(told.length, last, 'nothing is said any more');
});

test.serial('a restart is no standstill, and what comes after it is not compared with what was before', async (t) => {
  const { watchdog, box, well, lines, beats } = stage();
  watchdog.ready();
  await sleep(2300);
  box.onAir = false;
  const before = beats();
  await sleep(400);
  t.true(beats() > before);
  box.vitals = { ...well(), sinceMs: performance.now(), programme: { framesSent: 1, skippedMs: 0, lagMs: 1 } };
  box.onAir = true;
  await sleep(400);
  watchdog.stopping();
  t.deepEqual(lines, []);
});

test.serial('a status that changes all the time is told once a second at most', async (t) => {
  const { watchdog, box, told } = stage();
  watchdog.ready();
  const changing = setInterval(() => {
    box.status = `${performance.now()}`;
  }, 10);
  await sleep(2500);
  clearInterval(changing);
  watchdog.stopping();
  const statuses = told.filter((one) => one.startsWith('status')).length;
  t.true(statuses >= 3 && statuses <= 5, `${statuses}`);
});

test.serial('nobody who asks for it: it looks all the same', async (t) => {
  const { watchdog, box, told, well, beats } = stage(undefined);
  box.vitals = { ...well(), closingMs: 99_000 };
  watchdog.ready();
  await sleep(1300);
  t.is(watchdog.standstills.length, 1);
  t.is(beats(), 0);
  t.is(told[1], 'ready');
  watchdog.stopping();
});

test.serial('standstills that come and go without end do not fill the log', async (t) => {
  const { watchdog, box, lines, well } = stage(30);
  watchdog.ready();
  const flicker = setInterval(() => {
    box.vitals = box.vitals ? undefined : { ...well(), closingMs: 99_000 };
  }, 35);
  await sleep(1500);
  clearInterval(flicker);
  watchdog.stopping();
  t.true(lines.length >= 6 && lines.length <= 13, `${lines.length}`);
});
