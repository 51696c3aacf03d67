import { randomFillSync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import type { CardBox } from '../../support/card/card-box.ts';
import { asWindowsSaves, type SettingsFile, settingsToml } from '../../support/card/settings-file.ts';
import { PASSWORD, Stage } from '../../support/card/stage.ts';
import { Desk } from '../../support/desk.ts';

/*
 * `boardfeed.toml` on the card, as people write it: what the box makes of it, and what it says of it in `boardfeed-status.txt`. One
 * machine for most of it, so the order counts.
 */

/** From a change of the file to the report, s: it is written once a minute at most. */
const REPORT_S = 150;
const UNDERSTOOD = /boardfeed\.toml: everything in it was understood\./;
const PLAIN_PASSWORD = new RegExp(`"${PASSWORD}"`);
const GARBAGE = 'name = my box\nthe password is: [secret\n{{{\n';

const stage = Stage.for(test);
let box: CardBox;

/** What the service is called, once it is so. */
const untilNamed = (name: string) => box.until(`it is ${name}`, 90, async () => (await box.status()).name === name);

/** What its owner writes in this test. */
const written = (further: SettingsFile = {}) => settingsToml(stage.settings(further));

test.before('a box on air, whose settings an editor of Windows has saved', async () => {
  const toml = asWindowsSaves(written({ box: { name: 'Old-Mill' }, station: { name: 'The Old Mill' } }));
  ({ box } = await stage.onAir(stage.card({ toml })));
});

test.serial('with CRLF and BOM: understood, and everything is as it says', async (t) => {
  const report = await box.untilReported(UNDERSTOOD, REPORT_S);
  t.log(report);
  t.is((await box.status()).name, 'The Old Mill');
  t.is((await box.guest.sh('hostname')).trim().toLowerCase(), 'old-mill');
  t.regex(report, /http:\/\/old-mill\.local/i);
  t.true(report.includes('\r\n') && !/[^\r]\n/.test(report), 'an editor of Windows shows it in lines');
});

test.serial('the password is hashed, valid, and gone from the card', async (t) => {
  t.notRegex(box.card.fat.read('boardfeed.toml').toString(), PLAIN_PASSWORD);
  const config = await box.guest.sh('cat /etc/boardfeed/boardfeed.toml');
  t.notRegex(config, PLAIN_PASSWORD);
  t.regex(config, /admin_password = "\$(scrypt|argon2id)\$/);
  t.true((await new Desk(box).settings()).fields.length > 0);
});

test.serial('half of it valid: that half is taken, the other is named, and nothing of it stops the box', async (t) => {
  await box.writeToCard(
    'boardfeed.toml',
    `${written({ station: { name: 'Half a mill' }, mp3: { bitrate_kbps: 7 }, box: { name: 'new-mill' } })}\n[opuss]\nenabled = false\n`,
  );
  const report = await box.untilReported(/bitrate_kbps/, REPORT_S);
  t.log(report);
  t.regex(report, /opuss/);
  t.notRegex(report, UNDERSTOOD);
  await untilNamed('Half a mill');
  await box.until('its name in the network', 60, async () => /new-mill/i.test(await box.guest.sh('hostname')));
  t.is((await box.status()).formats.find(({ id }) => id === 'mp3')?.bitrateKbps, 128);
});

test.serial('garbage: it says so, and goes on as it was', async (t) => {
  await box.writeToCard('boardfeed.toml', GARBAGE);
  // Whatever the words are: not those of the file before.
  await box.until('another report', REPORT_S, async () => !/opuss/.test(box.report() ?? 'opuss'));
  const report = box.report() ?? '';
  t.log(report);
  t.regex(report, /boardfeed\.toml/);
  t.notRegex(report, UNDERSTOOD);
  t.is((await box.status()).name, 'Half a mill');
  t.is(box.card.fat.read('boardfeed.toml').toString(), GARBAGE, 'what its owner wrote is still there');
});

test.serial('a megabyte of noise: it says so, and goes on as it was', async (t) => {
  const before = box.report();
  const noise = randomFillSync(Buffer.alloc(1024 * 1024));
  await box.writeToCard('boardfeed.toml', noise);
  await box.until('another report', REPORT_S, async () => box.report() !== before);
  await sleep(2000);
  const report = box.report() ?? '';
  t.log(report);
  t.regex(report, /boardfeed\.toml/);
  t.notRegex(report, UNDERSTOOD);
  t.true(report.length < 10_000);
  t.is((await box.status()).name, 'Half a mill');
  t.deepEqual(box.card.fat.read('boardfeed.toml'), noise);
});

test.serial('valid again, and without a key for SSH: understood, and nobody gets in any more', async (t) => {
  await box.writeToCard('boardfeed.toml', settingsToml({ station: { name: 'A mill again' } }));
  const report = await box.untilReported(UNDERSTOOD, REPORT_S);
  t.log(report);
  await untilNamed('A mill again');
  t.false(await box.ssh.letsIn());
  t.is(await box.property('NRestarts'), '0');
});

test.serial('started with garbage: it is on air with the settings of a new box, and SSH is off', async (t) => {
  await stage.powerOff(box);
  box = await stage.powerOn(stage.card({ toml: GARBAGE }));
  t.log(`on air ${(await box.untilOnAir()).toFixed(1)} s after power-on, guest's clock`);
  const report = await box.untilReported(/boardfeed\.toml/, REPORT_S);
  t.log(report);
  t.notRegex(report, UNDERSTOOD);
  t.regex(report, /http:\/\/boardfeed\.local/i);
  t.is((await box.status()).name, 'Boardfeed');
  t.false(await box.ssh.letsIn());
});
