import test from 'ava';
import { startBox } from '../support/box.ts';
import { launchChromium, PLAY_BUTTON } from '../support/players-chromium.ts';
import { until } from '../support/processes.ts';

test('the page says what the box is doing, and plays again by itself after a restart of the box', async (t) => {
  const automatic = await startBox('[station]\nname = "Kirche & <Saal>"\n[programme]\ngrace_s = 0');
  const { port } = automatic;
  t.teardown(() => automatic.stop());
  const browser = await launchChromium(process.env);
  t.teardown(() => browser.close());
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  const foreign: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(`${automatic.url}/`)) foreign.push(request.url());
  });
  const reads = (id: string, words: RegExp) =>
    until(`#${id} says ${words}`, async () => {
      const text = (await page.locator(`#${id}`).textContent()) ?? '';
      return words.test(text) || text;
    });

  await page.goto(`${automatic.url}/`);
  const { source } = await automatic.status();
  if (source.wanted === 'auto' && source.kind === 'demo')
    await reads('state', /^Demo signal: no sound card is plugged in\.$/);
  await reads('name', /^Kirche & <Saal>$/);
  await reads('listeners', /^0 listeners$/);
  await reads('addresses', /\/stream\.mp3 MP3, 128 kbit\/s.*\/stream\.wav WAV/);
  await page.locator('#player').click({ position: PLAY_BUTTON });
  await reads('listeners', /^1 listener$/);

  await automatic.stop();
  await reads('state', /^The box does not answer/);
  await reads('levels', /^$/);

  const absent = '[input]\nsource = "alsa"\ndevice = "hw:CARD=NOSUCH"\n[programme]\ngrace_s = 0\nfallback = "tone"';
  const restarted = await startBox(absent, process.env, port);
  t.teardown(() => restarted.stop());
  await reads('state', /^No input: no sound card is plugged in\. You hear a tone until it is back\.$/);
  await reads('detail', /NOSUCH/);
  await reads('listeners', /^1 listener$/);
  await reads('levels', /^Level −20 \/ −20 dBFS$/);
  t.deepEqual(faults, []);
  t.deepEqual(foreign, [], 'nothing is asked of anybody else');
});
