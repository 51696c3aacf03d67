import test from 'ava';
import { startBox } from '../support/box.ts';
import { launchChromium } from '../support/players-chromium.ts';
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
  await reads('listeners', /^0$/);
  await reads('addresses', /MP3, 128 kbit\/s.*\/stream\.mp3.*WAV.*\/stream\.wav/);
  await page.locator('input[value="robust"]').check();
  await page.locator('#play').click();
  await reads('playing', /^You are listening$/);
  await reads('listeners', /^1$/);

  await automatic.stop();
  await reads('state', /^The box does not answer/);
  await reads('listeners', /^–$/);
  await reads('bars', /^LR$/);

  const absent = '[input]\nsource = "alsa"\ndevice = "hw:CARD=NOSUCH"\n[programme]\ngrace_s = 0\nfallback = "tone"';
  const restarted = await startBox(absent, process.env, port);
  t.teardown(() => restarted.stop());
  await reads('state', /^No input: no sound card is plugged in\. You hear a tone until it is back\.$/);
  await reads('detail', /NOSUCH/);
  await reads('listeners', /^1$/);
  await reads('bars', /^L−20R−20$/);
  await reads('playing', /^You are listening$/);
  t.deepEqual(faults, []);
  t.deepEqual(foreign, [], 'nothing is asked of anybody else');
});
