import test from 'ava';
import type { JournalLine } from '../../support/guest/guest.ts';
import { InstalledBox } from '../../support/guest/installed-box.ts';
import { listen } from '../../support/listener.ts';

/*
 * The package in a Debian of its own, from the installation to a quiet evening. One machine for all of it, so the order counts.
 */

let box: InstalledBox;
/** Until the machine is there: what it said before is wanted, too. */
let failed = true;

/** After the card appears, s of the guest's clock. */
const ON_AIR_S = 5;
/** What `systemd-analyze security` may say at most: 10 is everything allowed, 0 nothing. */
const EXPOSURE = 2.5;
/** How long nothing happens, minutes; what comes more rarely shows with `BOARDFEED_QUIET_MINUTES=60` only. */
const QUIET_MINUTES = Number(process.env.BOARDFEED_QUIET_MINUTES ?? 3);
/** A quiet hour has fewer lines. */
const LINES_PER_HOUR = 20;
/** A start takes its time here, s; what is written meanwhile counts. */
const STARTING_S = 20;
/** How the kernel tells that it has stopped a system call (audit type SECCOMP). */
const KERNEL_REFUSALS = /audit.*type=1326|SIGSYS/;
/** How a sandbox that is too tight shows. */
const SANDBOX_ERRORS =
  /permission denied|operation not permitted|read-only file system|EACCES|EPERM|EROFS|SIGSYS|seccomp|bad system call|Failed to set up|Failed at step|ignoring:/i;

test.before('a machine', async () => {
  box = await InstalledBox.boot();
  failed = false;
});

test.afterEach.always((t) => {
  failed ||= !t.passed;
});

test.after.always(() => box?.stop(failed));

test.serial('one command installs it, and it is on air without a card', async (t) => {
  const startS = box.guest.nowS();
  t.log((await box.install()).split('\n').slice(-3).join('\n'));
  t.log(`installed in ${(box.guest.nowS() - startS).toFixed(1)} s`);
  await box.until('the service is active', 60, async () => (await box.property('ActiveState')) === 'active');
  t.is(await box.property('UnitFileState'), 'enabled');
  t.not(await box.property('User'), 'root');
  await box.until('the page is there', 30, async () => (await fetch(box.url)).ok);
  const { programme, source } = await box.status();
  t.not(programme.state, 'live');
  t.is(source.wanted, 'alsa');
});

test.serial('with a card it is live within five seconds', async (t) => {
  await box.startMixer();
  const listener = listen(box.port, '/stream.mp3');
  t.teardown(() => listener.stop());
  // When the driver has made the card: loading it takes its time here.
  const pluggedS = Number.parseFloat(await box.guest.sh('modprobe snd-aloop && cat /proc/uptime'));
  await box.until('live', 60, async () => (await box.status()).programme.state === 'live');
  // As the box itself saw it: asking takes its time here.
  const line = (await box.journal(pluggedS - 5)).find(({ message }) => /source: alsa|programme: live/.test(message));
  t.truthy(line);
  const tookS = (line?.atS ?? Number.POSITIVE_INFINITY) - pluggedS;
  t.log(`live ${tookS.toFixed(2)} s after the card was plugged in`);
  t.true(tookS < ON_AIR_S, `${tookS} s`);
  t.is(await box.property('ActiveState'), 'active');
  t.true(listener.open());
});

for (const stream of ['/stream.mp3', '/stream.opus', '/stream.flac']) {
  test.serial(`the mixer is heard outside: ${stream}`, async (t) => {
    await box.untilHeard(60);
    t.deepEqual(await box.faults(stream), []);
  });
}

test.serial('what it may do is little', async (t) => {
  const verdict = await box.guest.sh('systemd-analyze security --no-pager boardfeed.service');
  const exposure = Number(verdict.match(/exposure level for boardfeed\.service: ([\d.]+)/)?.[1]);
  t.log(`systemd-analyze security: ${exposure}`);
  t.true(exposure <= EXPOSURE, verdict);
});

test.serial('it is found by name', async (t) => {
  const found = await box.guest.sh('avahi-browse --resolve --parsable --terminate _http._tcp', 120);
  t.log(found.trim());
  t.regex(found, /^=;eth0;IPv4;[^;]*;(Web Site|_http\._tcp);local;[^;]+\.local;[\d.]+;80;.*path=/m);
});

test.serial('a card that is unplugged and plugged in again disconnects nobody and is two lines', async (t) => {
  const listeners = ['/stream.mp3', '/stream.opus'].map((path) => listen(box.port, path));
  t.teardown(() => {
    for (const listener of listeners) listener.stop();
  });
  await box.until('both hear', 30, async () => listeners.every((listener) => listener.body().length > 20_000));
  const fromS = box.guest.nowS();
  await box.unplug();
  await box.until('the card is gone', 30, async () => (await box.status()).programme.state !== 'live');
  const heard = listeners.map((listener) => listener.body().length);
  await box.plugIn();
  const pluggedS = box.guest.nowS();
  await box.until('live again', 30, async () => (await box.status()).programme.state === 'live');
  t.log(`asked, it was live ${(box.guest.nowS() - pluggedS).toFixed(1)} s after it was plugged in again`);
  await box.untilHeard(30);
  for (const [index, listener] of listeners.entries()) {
    t.true(listener.open());
    t.true(listener.body().length > (heard[index] ?? 0));
  }
  const lines = (await box.journal(fromS)).map(({ message }) => message);
  t.is(lines.length, 2, lines.join('\n'));
});

test.serial('a lamp of the kernel shows whether it is live or has no card', async (t) => {
  // The only real lamp of this machine is on its keyboard.
  const lamp = 'input0::capslock';
  const setting = `\\n[led]\\nkind = "kernel"\\nname = "${lamp}"\\n`;
  await box.guest.sh(`printf '${setting}' >> /etc/boardfeed/boardfeed.toml && systemctl restart boardfeed.service`);
  await box.untilHeard(60);
  /** The share of some seconds in which it is alight. */
  const alight = async () => {
    const look = `read lit < /sys/class/leds/${lamp}/brightness; [ $lit = 0 ] || on=$((on + 1)); all=$((all + 1)); sleep 0.05`;
    const seen = await box.guest.sh(
      `on=0 all=0 end=$(($(date +%s) + 9)); while [ $(date +%s) -lt $end ]; do ${look}; done; echo $on/$all`,
    );
    t.log(seen.trim());
    const [on = 0, all = 1] = seen.split('/').map(Number);
    return on / all;
  };
  const live = await alight();
  await box.unplug();
  await box.until('not live', 30, async () => (await box.status()).programme.state !== 'live');
  const noCard = await alight();
  await box.plugIn();
  await box.untilHeard(30);
  // Alight with a short wink; three short flashes and a pause.
  t.true(live > 0.7 && live < 1, `${live}`);
  t.true(noCard > 0.05 && noCard < 0.5, `${noCard}`);
});

/**
 * The lines of an hour, reckoned from fewer minutes: what was said more than once, but for its figures, goes on as often; what
 * was said once is not said again.
 */
function perHour(lines: readonly JournalLine[], minutes: number): number {
  const kinds = Map.groupBy(lines, ({ message }) => message.replace(/[\d.]+/g, '0'));
  return [...kinds.values()].reduce((sum, { length }) => sum + (length > 1 ? (length * 60) / minutes : 1), 0);
}

test.serial(`the first hour has fewer than ${LINES_PER_HOUR} lines if it is quiet`, async (t) => {
  t.timeout((QUIET_MINUTES + 10) * 60_000);
  await box.guest.sh('systemctl restart boardfeed.service');
  const fromS = Number(await box.property('ActiveEnterTimestampMonotonic')) / 1e6;
  const beganS = box.guest.nowS();
  await box.until('time passes', QUIET_MINUTES * 60 + 5, async () => box.guest.nowS() > beganS + QUIET_MINUTES * 60);
  const lines = (await box.journal(fromS - STARTING_S)).filter(
    ({ message }) => !/Stopp|Deactivated|Consumed/.test(message),
  );
  const estimate = perHour(lines, QUIET_MINUTES);
  t.log(
    `${lines.length} lines in ${QUIET_MINUTES} quiet minutes with the start; an hour would have ${estimate.toFixed(0)}`,
  );
  for (const { atS, message } of lines) t.log(`${(atS - fromS).toFixed(1)} s: ${message}`);
  t.true(estimate < LINES_PER_HOUR);
});

test.serial('nothing was refused to it', async (t) => {
  const own = (await box.journal()).filter(({ message }) => SANDBOX_ERRORS.test(message));
  const kernels = (await box.guest.journal('--dmesg')).filter(({ message }) => KERNEL_REFUSALS.test(message));
  t.deepEqual([...own, ...kernels], []);
  t.deepEqual(
    (await box.journal()).filter(({ priority }) => priority <= 3),
    [],
  );
});
