import anyTest, { type TestFn } from 'ava';
import { startBox } from '../support/box.ts';
import { until } from '../support/processes.ts';
import type { DeskBox } from './desk-box.ts';
import { close, type DeskContext, launch, open } from './desk-open.ts';

const test = anyTest as TestFn<DeskContext>;

test.before(launch);
test.after.always(close);

const sentBy = (box: DeskBox, what: string) => box.sent.filter((one) => one.what === what).map(({ body }) => body);

test.serial('every part of the page shows what the box says, and nothing of it becomes markup', async (t) => {
  const { page, reads, faults } = await open(t, ({ answers }) => {
    answers['/api/status'] = { ...answers['/api/status'], name: '<img src=x>&amp; Söhne' };
  });
  await reads('#name', /^<img src=x>&amp; Söhne$/);
  await reads('#state', /^On air\.$/);
  await reads('#meter', /L−11\.3 dBFSR−8\.1 dBFS/);
  t.is(await page.getByRole('meter', { name: 'Level Right' }).getAttribute('aria-valuetext'), '−8.1 dBFS');
  t.is(await page.locator('#title').inputValue(), 'Evensong');

  await reads('#controls', /Line.*\+16\.5 dB.*−34\.5 dB to \+34\.5 dB.*Mic.*60 %.*channels differ \(60 % \/ 55 %\)/);
  t.true(await page.getByRole('group', { name: 'Line' }).getByRole('checkbox').isChecked());
  t.false(await page.getByRole('group', { name: 'Mic' }).getByRole('checkbox').isChecked());

  await reads(
    '#history-sum',
    /^In 1 h: input lost once \(2 min\), silent once .*clipping .*Loudest: 0\.0 dBFS at \d\d:\d\d\.$/,
  );
  t.deepEqual(
    await Promise.all(['lost', 'silent', 'clipping'].map((mark) => page.locator(`#history-drawing .${mark}`).count())),
    [1, 1, 1],
  );
  await reads('#listeners-count', /^6, 1 of them not keeping up$/);
  t.is(await page.getByRole('row').count(), 7);
  await reads('#listeners-table tbody tr:first-child', /^mp3192\.168\.1\.201 day 2 h8 ms––$/);

  t.is(await page.getByLabel('Name of the feed').inputValue(), 'Boardfeed');
  await reads('[id="set-input.device"]', /Automatic.*USB AUDIO {2}CODEC.*Headset.*USB port 1-1\.2/);
  t.deepEqual(
    await page
      .locator('#group-formats')
      .getByRole('checkbox')
      .evaluateAll((boxes) => boxes.length),
    4,
  );
  t.false(await page.getByLabel('Most listeners').isVisible(), 'what is seldom needed is folded');
  await reads('#facts', /71 °C, warm.*14 %.*611 MB free.*5\.1 GB free.*960 frames.*2 days 4 h.*192\.168\.1\.80/s);
  t.deepEqual(faults, []);
});

test.serial('only what was changed is sent, each with the kind of value that the contract wants', async (t) => {
  const { box, page, reads } = await open(t);
  await page.getByLabel('Name of the feed').fill('Großer Saal');
  await page.getByLabel('WAV', { exact: true }).uncheck();
  await page.getByLabel('MP3 bitrate').selectOption('192');
  await page.getByLabel('Sound card', { exact: true }).selectOption('hw:CARD=Headset,DEV=0');
  await page.getByLabel('When the input is lost, send', { exact: true }).selectOption('A sound file');
  await page.getByLabel('When the input is lost, send: path').fill('/srv/pause.flac');
  await page.getByText('More about the input').click();
  await page.getByLabel('Silent after').fill('2,5');
  await page.getByLabel('Channels of the card').fill('3 4');
  await page.getByLabel('Sampling rate').selectOption('44100');
  await page.getByLabel('Opus bitrate').fill('96');
  await page.getByLabel('Opus bitrate').fill('128');
  await reads('#save-said', /^8 changes not saved yet\.$/);
  t.deepEqual(box.sent, [], 'nothing is sent before it is asked for');
  await page.getByRole('button', { name: 'Save' }).press('Enter');
  await reads('#save-said', /^Saved\. Some of it takes effect after a restart\.$/);
  t.deepEqual(sentBy(box, 'PUT /api/settings'), [
    {
      'station.name': 'Großer Saal',
      'wav.enabled': false,
      'mp3.bitrate_kbps': 192,
      'input.device': 'hw:CARD=Headset,DEV=0',
      'programme.fallback': 'file:/srv/pause.flac',
      'programme.silence_after_s': 2.5,
      'input.channels': [3, 4],
      'input.rate_hz': 44_100,
    },
  ]);
  await reads('#restart-said', /^Waiting for a restart: Sampling rate\.$/);
  t.is(await page.evaluate('document.activeElement.id'), 'save-said', 'the focus does not vanish with the button');
  t.is(await page.getByLabel('Channels of the card').inputValue(), '3, 4');
});

test.serial('gain and title are sent at once; a card that refuses is shown as it is', async (t) => {
  const { box, page, reads } = await open(t);
  const line = page.getByRole('group', { name: 'Line' });
  const slider = line.getByRole('slider');
  await slider.press('ArrowRight');
  await until('the gain has been sent', () => sentBy(box, 'PUT /api/mixer').length === 1 || box.sent);
  await page.getByRole('group', { name: 'Mic' }).getByRole('checkbox').check();
  await page.getByLabel('Set to').selectOption('Stereo Mix');
  await until('all of it has been sent', () => sentBy(box, 'PUT /api/mixer').length === 3 || box.sent);
  t.deepEqual(sentBy(box, 'PUT /api/mixer'), [
    { name: 'Line', index: 0, gain: 35 },
    { name: 'Mic', index: 0, on: true },
    { name: 'PCM Capture Source', index: 0, option: 2 },
  ]);
  t.is(await slider.getAttribute('aria-valuetext'), '+18.0 dB');

  box.refusals.set('PUT /api/mixer', { status: 409, body: { faults: ['The card has gone.'] } });
  await slider.press('End');
  await reads('#controls .control:first-child .said', /^The card has gone\.$/);
  t.is(await slider.inputValue(), '35');

  await page.getByLabel('What is on now').fill('Toccata');
  await page.getByLabel('What is on now').press('Enter');
  await reads('#title-said', /^Shown\.$/);
  t.deepEqual(sentBy(box, 'PUT /api/metadata'), [{ title: 'Toccata' }]);
});

test.serial('a refusal stands beside its field, which is shown, and nothing typed is lost', async (t) => {
  const { box, page, reads, askAnew } = await open(t, ({ refusals }) => {
    const faults = [
      'boardfeed.toml: listeners.burst_ms = 3000: expected at most half of listeners.backlog_ms (4000)',
      'The card is full.',
    ];
    refusals.set('PUT /api/settings', { status: 400, body: { faults } });
  });
  await page.getByLabel('Name of the feed').fill('Kirche');
  await page.getByText('Limits for listeners').click();
  const burst = page.getByLabel('Sound at the start');
  await burst.fill('3000');
  await page.getByText('Limits for listeners').click();
  await page.getByRole('button', { name: 'Save' }).click();
  await reads('#save-said', /^Nothing was saved\. 1 value is not possible, see there\. The card is full\.$/);
  await reads('[id="set-listeners.burst_ms-fault"]', /expected at most half/);
  t.true(await burst.isVisible(), 'its group is open again');
  t.is(await page.evaluate('document.activeElement.id'), 'set-listeners.burst_ms');
  t.is(await burst.getAttribute('aria-invalid'), 'true');
  const asked = page.waitForResponse(`${box.url}/api/settings`);
  await askAnew();
  await asked;
  t.deepEqual([await burst.inputValue(), await page.getByLabel('Name of the feed').inputValue()], ['3000', 'Kirche']);

  await burst.fill('lots');
  await page.getByRole('button', { name: 'Save' }).click();
  await reads('[id="set-listeners.burst_ms-fault"]', /^Expected a whole number of ms from 0 to 10000\.$/);
  t.is(sentBy(box, 'PUT /api/settings').length, 1, 'what is no number at all is not sent');
  t.is(await burst.inputValue(), 'lots');

  box.refusals.clear();
  await burst.fill('500');
  await page.getByRole('button', { name: 'Save' }).click();
  await reads('#save-said', /^Saved/);
  t.is(await page.locator('[aria-invalid=true]').count(), 0);
});

test.serial('what changes elsewhere is shown, but not over what is being typed', async (t) => {
  const { box, page, reads, askAnew } = await open(t);
  const name = page.getByLabel('Name of the feed');
  const title = page.getByLabel('What is on now');
  await name.fill('Kirc');
  await title.fill('Tocc');
  const now = box.answers['/api/settings'];
  const others = { 'station.name': 'Anderswo', 'mp3.bitrate_kbps': 320 } as Record<string, string | number>;
  box.answers['/api/settings'] = {
    ...now,
    fields: now.fields.map((field) => ({ ...field, value: others[field.name] ?? field.value })),
  };
  box.answers['/api/status'] = { ...box.answers['/api/status'], title: 'Sermon', name: 'Anderswo' };
  await askAnew();
  await reads('#name', /^Anderswo$/);
  await reads('[id="set-station.name-note"]', /^Changed elsewhere to Anderswo meanwhile\.$/);
  t.deepEqual(
    [await name.inputValue(), await title.inputValue(), await page.getByLabel('MP3 bitrate').inputValue()],
    ['Kirc', 'Tocc', '320'],
  );
  await page.getByRole('button', { name: 'Discard' }).click();
  t.is(await name.inputValue(), 'Anderswo');
});

test.serial('a part that the box does not have harms no other', async (t) => {
  const { box, page, reads, askAnew, faults } = await open(t, ({ refusals }) => {
    for (const path of ['mixer', 'listeners', 'settings', 'devices']) {
      refusals.set(`GET /api/${path}`, { status: 404, body: 'There is nothing here.' });
    }
    refusals.set('GET /api/box', { status: 503, body: { faults: ['The box is busy.'] } });
  });
  await reads('#state', /^On air\.$/);
  await reads('#history-sum', /^In 1 h/);
  for (const part of ['mixer', 'listeners', 'settings'])
    await reads(`#${part}-miss`, /^This box does not offer that\.$/);
  await reads('#box-miss', /^The box is busy\.$/);

  box.refusals.clear();
  box.refusals.set('GET /api/status', { status: 500, body: 'This is our mistake; it is in the log.\n' });
  box.answers['/api/mixer'] = { controls: [], problem: 'The demo signal has no gain.' };
  box.answers['/api/settings'] = { ...box.answers['/api/settings'], problem: 'The file is read-only.' };
  await askAnew();
  await reads('#state', /^This is our mistake/);
  await reads('#mixer-miss', /^The demo signal has no gain\.$/);
  await reads('#settings-miss', /^Nothing can be changed here: The file is read-only\.$/);
  t.true(await page.getByLabel('Name of the feed').isDisabled());
  await reads('#facts', /14 %/);
  t.deepEqual(faults, []);
});

test.serial('a restart is asked for twice, waited for, and the page comes back', async (t) => {
  const { box, page, reads } = await open(t);
  await reads('#state', /^On air\.$/);
  await page.getByRole('button', { name: 'Restart…' }).click();
  await reads('#restart-words', /^6 listeners are cut off for some seconds\./);
  t.is(await page.evaluate('document.activeElement.id'), 'restart-no');
  await page.keyboard.press('Enter');
  t.false(await page.locator('#restart-ask').isVisible());
  t.deepEqual(box.sent, []);
  await page.getByRole('button', { name: 'Restart…' }).click();
  await page.getByRole('button', { name: 'Restart now' }).click();
  await reads('#restart-said', /^Restarting\. This page comes back by itself\.$/);
  t.true(await page.locator('#restart-button').isDisabled());
  t.deepEqual(sentBy(box, 'POST /api/restart').length, 1);
  box.refusals.set('GET /api/status', { status: 503, body: { faults: ['Starting.'] } });
  await reads('#state', /^Starting\. Trying again…$/);
  await reads('#restart-said', /^Restarting/);
  const before = box.answers['/api/status'];
  const programme = { ...before.programme, framesSent: 4800 };
  box.answers['/api/status'] = { ...before, programme, name: 'Back again' };
  box.refusals.clear();
  await reads('#restart-said', /^The box has been restarted\.$/);
  await reads('#name', /^Back again$/);
  t.false(await page.locator('#restart-button').isDisabled());
});

test.serial('a moment of the last hour can be read with the arrow keys and with the pointer', async (t) => {
  const { page, reads } = await open(t);
  const cursor = page.getByRole('slider', { name: 'Time within the last hour' });
  await reads('#history-sum', /^In 1 h/);
  await cursor.press('End');
  await reads('#history-read', /^\d\d:32:05: peak /);
  await cursor.press('ArrowLeft');
  await reads('#history-read', /^\d\d:32:00: peak .* dBFS, average .* dBFS$/);
  t.is(await cursor.getAttribute('aria-valuetext'), await page.locator('#history-read').textContent());
  const mark = await page.locator('#history-drawing .lost').boundingBox();
  const plot = await page.locator('#history-drawing').boundingBox();
  if (!mark || !plot) return t.fail('it is drawn');
  await page.mouse.move(mark.x + mark.width / 2, plot.y + 20);
  await reads('#history-read', /: peak −∞ dBFS, average −∞ dBFS, input lost$/);
  await page.getByText('What happened, as a list').click();
  await reads('#spells li:last-child', /^\d\d:43:00: input lost, for 2 min$/);
});

test.serial('a real box shows it to its administrator, and to nobody else', async (t) => {
  const box = await startBox('[http]\nadmin_password = "desk"\n[station]\nname = "Kirche & <Saal>"');
  t.teardown(() => box.stop());
  t.is((await fetch(`${box.url}/admin`)).status, 401);
  const context = await t.context.browser.newContext({ httpCredentials: { username: 'any', password: 'desk' } });
  t.teardown(() => context.close());
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  await page.goto(`${box.url}/admin`);
  await page.getByText('Kirche & <Saal>').waitFor({ timeout: 10_000 });
  await page.locator('#state', { hasText: /^(On air|Demo signal)/ }).waitFor({ timeout: 10_000 });
  await page.getByLabel('What is on now').fill('Toccata');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.getByText('Shown.').waitFor({ timeout: 10_000 });
  t.is((await box.status()).title, 'Toccata');
  t.deepEqual(faults, []);
});
