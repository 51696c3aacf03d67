import test from 'ava';
import type { Hooks } from '../../support/guest/hooks.ts';
import { InstalledBox } from '../../support/guest/installed-box.ts';

/*
 * What heals itself, and what ends in the rescue state. One machine for all of it, so the order counts.
 */

/** From the blow to sound for a listener outside, s of the guest's clock. */
const HEALED_S = 30;
/** How often it crashes. */
const CRASHES = 20;

let box: InstalledBox;
let hooks: Hooks;
/** Until the machine is there: what it said before is wanted, too. */
let failed = true;

test.before('a box on air', async () => {
  box = await InstalledBox.boot();
  await box.install();
  await box.plugInFirst();
  hooks = await box.installHooks();
  await box.untilHeard(120);
  failed = false;
});

test.afterEach.always((t) => {
  failed ||= !t.passed;
});

test.after.always(() => box?.stop(failed));

/** How a box may stop working without ending. */
const blows: [what: string, strike: () => string][] = [
  ['the process is stopped', () => 'systemctl kill --kill-whom=main --signal=STOP boardfeed.service'],
  ['the event loop is stuck', () => hooks.blockLoop],
  ['the capture thread is stopped', () => hooks.parkCapture],
];

for (const [what, strike] of blows) {
  test.serial(`when ${what}, the watchdog starts it again and it is heard`, async (t) => {
    const before = await box.property('MainPID');
    const restarts = Number(await box.property('NRestarts'));
    const struckS = box.guest.nowS();
    await box.guest.sh(strike());
    await box.until('another process', 60, async () => !['0', before].includes(await box.property('MainPID')));
    const heardS = await box.untilHeard(60);
    t.log(`heard ${(heardS - struckS).toFixed(1)} s after it`);
    for (const line of await box.journal(struckS)) t.log(`${(line.atS - struckS).toFixed(1)} ${line.message}`);
    t.true(heardS - struckS < HEALED_S, `${heardS - struckS} s`);
    t.is(Number(await box.property('NRestarts')), restarts + 1);
    t.regex((await box.journal(struckS)).map(({ message }) => message).join('\n'), /watchdog timeout/i);
  });
}

test.serial('a process that is killed is back and heard', async (t) => {
  const struckS = box.guest.nowS();
  await box.guest.sh('systemctl kill --kill-whom=main --signal=KILL boardfeed.service');
  const heardS = await box.untilHeard(60);
  t.log(`heard ${(heardS - struckS).toFixed(1)} s after it`);
  t.true(heardS - struckS < HEALED_S, `${heardS - struckS} s`);
});

test.serial(`${CRASHES} crashes in a row end in the rescue state, which says why, and in no loop`, async (t) => {
  const unit = '/run/systemd/system/boardfeed.service.d'; // where the hooks are, too
  // The restarts of the tests before do not count.
  const afresh = 'systemctl daemon-reload && systemctl reset-failed boardfeed.service';
  const drop = `[Service]\\nExecStart=\\nExecStart=/bin/sh -c "echo the card has bitten the box >&2; exit 1"\\n`;
  await box.guest.sh(`mkdir -p ${unit} && printf '${drop}' > ${unit}/crash.conf && ${afresh}`);
  const fromS = box.guest.nowS();
  await box.guest.sh('systemctl kill --kill-whom=main --signal=SEGV boardfeed.service');
  const active = async (name: string) => box.guest.succeeds(`systemctl is-active --quiet ${name}`);
  const rescuedS = await box.until('the rescue state', 900, () => active('boardfeed-rescue.service'));
  const crashes = Number(await box.property('NRestarts'));
  t.log(`rescued after ${crashes} restarts and ${(rescuedS - fromS).toFixed(0)} s`);
  t.true(crashes <= CRASHES);
  t.is(await box.property('ActiveState'), 'failed');

  // For whoever looks at the page, and for whoever logs in. The page comes a moment after its service.
  let text = '';
  await box.until('the page of the rescue', 60, async () => {
    const page = await fetch(box.url, { signal: AbortSignal.timeout(20_000) });
    text = await page.text();
    return page.status === 503;
  });
  t.log(text.slice(0, 300));
  t.regex(text, /the card has bitten the box/);
  t.regex(
    await box.guest.sh('systemctl status --no-pager boardfeed.service || true'),
    /start-limit-hit|Start request repeated/,
  );

  await box.until('a minute passes', 70, async () => box.guest.nowS() > rescuedS + 60);
  t.is(Number(await box.property('NRestarts')), crashes);
  t.deepEqual(
    box.guest.qmp.events.filter((event) => event === 'RESET' || event === 'SHUTDOWN'),
    [],
  );
  t.true(await active('boardfeed-rescue.service'));
});

test.serial('it leaves the rescue state when the cause is gone and somebody starts it', async (t) => {
  await box.guest.sh(
    'rm -r /run/systemd/system/boardfeed.service.d && systemctl daemon-reload && systemctl reset-failed boardfeed.service && systemctl start boardfeed.service',
  );
  await box.untilHeard(60);
  t.false(await box.guest.succeeds('systemctl is-active --quiet boardfeed-rescue.service'));
});
