import test from 'ava';
import type { CardBox } from '../../support/card/card-box.ts';
import { Stage } from '../../support/card/stage.ts';
import { until } from '../../support/processes.ts';

/*
 * Whatever stops, starts again by itself. One machine for all of it, so the order counts.
 */

/** A service that was killed, until it is on air again, s of the guest's clock. */
const BACK_S = 5;
/** How long systemd may be silent before the hardware acts, s; and what may come on top of that. */
const WATCHDOG_S = 60;
const MARGIN_S = 30;
/** What the kernel waits for after a panic (`panic=10`), s, and the same on top. */
const PANIC_S = 10;

const stage = Stage.for(test);
let box: CardBox;

test.before('a box on air', async () => {
  ({ box } = await stage.onAir(stage.card()));
});

test.serial("systemd feeds the hardware's watchdog", async (t) => {
  const printed = await box.guest.sh(
    'cd /sys/class/watchdog; for one in *; do echo "$(cat $one/identity): $(cat $one/state), $(cat $one/timeout) s"; done',
  );
  t.log(printed.trim());
  t.regex(printed, new RegExp(`^i6300ESB timer: active, ${WATCHDOG_S} s$`, 'm'));
  const named = (await box.status()).health?.conditions.map(({ name }) => name) ?? [];
  t.false(named.includes('watchdog not armed'), named.join());
});

test.serial('a service that is killed is back at once', async (t) => {
  const killedS = Number.parseFloat(
    await box.guest.sh('cat /proc/uptime; systemctl kill --kill-whom=main --signal=KILL boardfeed.service'),
  );
  const onAir = async () => (await box.journal(killedS)).find(({ message }) => /on air; open /.test(message));
  await box.until('on air', 60, async () => (await onAir()) !== undefined);
  const tookS = ((await onAir())?.atS ?? Number.POSITIVE_INFINITY) - killedS;
  t.log(`on air ${tookS.toFixed(1)} s after it was killed`);
  t.true(tookS < BACK_S, `${tookS} s`);
});

/** Waits until the machine has been reset once more and is on air, and lets us in. Returns when it was reset, by our clock. */
async function resetAndOnAir(starts: number, limitS: number): Promise<{ resetMs: number; onAirS: number }> {
  await until('the machine starts again', () => box.starts > starts, limitS * 1000);
  const resetMs = performance.now();
  const onAirS = await box.untilOnAir(starts + 1);
  await box.enter();
  return { resetMs, onAirS };
}

test.serial('when systemd itself stands still, the hardware resets the machine, and it is on air again', async (t) => {
  t.timeout(10 * 60_000);
  const { starts } = box;
  // It ignores a SIGSTOP from within; the freezer stops it all the same.
  await box.guest.sh('echo 1 > /sys/fs/cgroup/init.scope/cgroup.freeze');
  const frozenMs = performance.now();
  const { resetMs, onAirS } = await resetAndOnAir(starts, WATCHDOG_S + MARGIN_S);
  t.log(
    `started again ${((resetMs - frozenMs) / 1000).toFixed(0)} s after systemd stood still, on air ${onAirS.toFixed(1)} s later`,
  );
  t.true(box.guest.qmp.events.includes('WATCHDOG'));
  t.is(await box.property('ActiveState'), 'active');
});

test.serial('a panic of the kernel ends in a restart, and it is on air again', async (t) => {
  t.timeout(10 * 60_000);
  const { starts } = box;
  await box.guest.sh('(sleep 1; echo c > /proc/sysrq-trigger) > /dev/null 2>&1 &');
  const panicMs = performance.now();
  const { resetMs, onAirS } = await resetAndOnAir(starts, PANIC_S + MARGIN_S);
  t.log(
    `started again ${((resetMs - panicMs) / 1000).toFixed(0)} s after the panic, on air ${onAirS.toFixed(1)} s later`,
  );
  t.is(await box.property('ActiveState'), 'active');
});
