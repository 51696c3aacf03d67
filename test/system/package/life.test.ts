import test from 'ava';
import { InstalledBox } from '../../support/guest/installed-box.ts';

/*
 * The package through its life: installed, changed by its owner, upgraded, removed, purged. One machine for all of it, so the
 * order counts.
 */

const CONFIG = '/etc/boardfeed/boardfeed.toml';

let box: InstalledBox;
/** Until the machine is there: what it said before is wanted, too. */
let failed = true;
let before: string[];

/** Every file of the guest, but what the system writes by itself while it runs, and dpkg's and apt's own records. */
async function allFiles(): Promise<string[]> {
  const records = ['/var/lib/dpkg', '/var/lib/apt', '/var/cache', '/var/log', '/var/tmp', '/var/lib/systemd', '/root'];
  const skip = records.map((folder) => `-path ${folder}`).join(' -o ');
  const found = await box.guest.sh(`find / -xdev \\( ${skip} -o -path /tmp \\) -prune -o -print | sort`);
  return found.trim().split('\n');
}

test.before('a machine', async () => {
  box = await InstalledBox.boot();
  before = await allFiles();
  failed = false;
});

test.afterEach.always((t) => {
  failed ||= !t.passed;
});

test.after.always(() => box?.stop(failed));

test.serial('its owner changes a setting, and an upgrade keeps it', async (t) => {
  await box.install();
  await box.until('on air', 60, async () => (await box.status()).name !== '');
  await box.guest.sh(
    `printf '\\n# From the owner.\\n[station]\\nname = "Old Mill"\\n' >> ${CONFIG} && systemctl restart boardfeed.service`,
  );
  await box.until('the new name', 60, async () => (await box.status()).name === 'Old Mill');
  const settings = await box.guest.sh(`cat ${CONFIG}; stat -c '%U %G %a' ${CONFIG}`);
  const pid = await box.property('MainPID');

  const { file, version } = box.makeNewer();
  t.log((await box.install(file)).split('\n').slice(-4).join('\n'));
  t.regex(await box.guest.sh('dpkg-query --status boardfeed'), new RegExp(`^Version: ${RegExp.escape(version)}$`, 'm'));
  t.is(await box.guest.sh(`cat ${CONFIG}; stat -c '%U %G %a' ${CONFIG}`), settings);
  t.false(await box.guest.succeeds('find /etc -name "*.dpkg-*" | grep .'));
  await box.until('on air again', 60, async () => (await box.status()).name === 'Old Mill');
  t.is(await box.property('ActiveState'), 'active');
  t.not(await box.property('MainPID'), pid);
});

test.serial('removed, it is off air and its settings are still there', async (t) => {
  await box.uninstall('remove');
  await t.throwsAsync(fetch(box.url, { signal: AbortSignal.timeout(10_000) }));
  t.regex(await box.guest.sh(`cat ${CONFIG}`), /Old Mill/);
  t.false(await box.guest.succeeds('test -e /usr/lib/boardfeed'));
  t.false(await box.guest.succeeds('systemctl cat boardfeed.service'));
});

test.serial('installed again, it is as its owner wanted it', async (t) => {
  await box.install();
  await box.until('on air', 60, async () => (await box.status()).name === 'Old Mill');
  t.pass();
});

test.serial('purged, nothing of it is left', async (t) => {
  await box.uninstall('purge');
  const after = await allFiles();
  t.deepEqual(
    after.filter((file) => !before.includes(file)),
    [],
  );
  t.deepEqual(
    before.filter((file) => !after.includes(file)),
    [],
  );
  t.is(await box.guest.sh('systemctl list-units --all --plain --no-legend "boardfeed*"'), '');
  t.is(await box.guest.sh('ps -u boardfeed -o pid= || true'), '');
  t.is(await box.guest.sh('systemctl --failed --plain --no-legend'), '');
  // That a system user stays is Debian's custom: what belonged to it must not fall to somebody else.
  t.log(await box.guest.sh('getent passwd boardfeed || echo the user is gone'));
});
