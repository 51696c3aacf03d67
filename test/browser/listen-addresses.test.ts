import test, { type ExecutionContext } from 'ava';
import jsQR from 'jsqr';
import type { Browser, Locator, Page } from 'playwright-core';
import { type Box, startBox } from '../support/box.ts';
import { openListenPage } from '../support/listen-page.ts';
import { ON_AIR } from '../support/page-states.ts';
import { launchChromium } from '../support/players-chromium.ts';
import { until } from '../support/processes.ts';

const PHONE = { width: 320, height: 640 };

let box: Box;
let browser: Browser;
test.before(async () => {
  box = await startBox('[input]\nsource = "demo"');
  browser = await launchChromium(process.env);
});
test.after.always(async () => {
  await browser?.close();
  await box?.stop();
});

const copyButton = (page: Page) => page.locator('#addresses .copy').first();

/** What is in the clipboard, seen by pasting it. */
async function pasted(page: Page): Promise<string> {
  await page.evaluate(() => document.body.append(document.createElement('textarea')));
  await page.locator('textarea').focus();
  await page.keyboard.press('Control+V');
  const text = await page.locator('textarea').inputValue();
  await page.evaluate(() => document.querySelector('textarea')?.remove());
  return text;
}

test.serial('an address is copied, also on plain http, and the button says what it did', async (t) => {
  const { page, faults } = await openListenPage(
    t,
    browser,
    box,
    { state: ON_AIR },
    { permissions: ['clipboard-read', 'clipboard-write'] },
  );
  await page.locator('#others summary').click();
  await copyButton(page).click();
  await until('it says so', async () => (await copyButton(page).textContent()) === 'Copied');
  t.is(await pasted(page), `${box.url}/stream.mp3`);
  t.is(await page.locator('#said').textContent(), 'Copied', 'screen readers are told');
  await until('the button is as it was', async () => (await copyButton(page).textContent()) === 'Copy');

  // As on plain http, where this does not exist.
  await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
  await page.locator('#addresses .copy').nth(1).click();
  await until('it says so', async () => (await page.locator('#addresses .copy').nth(1).textContent()) === 'Copied');
  t.is(await pasted(page), `${box.url}/stream.wav`);

  await page.evaluate(() => {
    document.execCommand = () => false;
  });
  await copyButton(page).click();
  await until('it says so', async () => /^Marked/.test((await copyButton(page).textContent()) ?? ''));
  t.is(await page.evaluate(() => `${getSelection()}`), `${box.url}/stream.mp3`);
  t.deepEqual(faults, []);
});

/** Reads a QR code from what is seen of it. */
async function scanned(t: ExecutionContext, code: Locator): Promise<string | undefined> {
  const png = (await code.screenshot()).toString('base64');
  const blank = await browser.newPage();
  const { data, width, height } = await blank.evaluate(async (source) => {
    const image = new Image();
    image.src = `data:image/png;base64,${source}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.width;
    canvas.height = image.height;
    const context = canvas.getContext('2d') as CanvasRenderingContext2D;
    context.drawImage(image, 0, 0);
    const pixels = context.getImageData(0, 0, image.width, image.height);
    return { data: [...pixels.data], width: image.width, height: image.height };
  }, png);
  await blank.close();
  const upperEdge = 4 * (2 * width + Math.floor(width / 2));
  t.deepEqual(data.slice(upperEdge, upperEdge + 3), [255, 255, 255], 'there is white around it');
  // Black on white only: an inverted code is refused by many cameras.
  return jsQR.default(Uint8ClampedArray.from(data), width, height, { inversionAttempts: 'dontInvert' })?.data;
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.serial(`the QR codes lead to the box by name and by number, also when the page is ${colorScheme}`, async (t) => {
    const { page, faults } = await openListenPage(t, browser, box, { state: ON_AIR }, { viewport: PHONE, colorScheme });
    const loaded: string[] = [];
    page.on('request', (request) => loaded.push(request.url()));
    await page.waitForFunction(() => document.querySelector('#addresses li') !== null);
    t.deepEqual(
      loaded.filter((url) => url.endsWith('.js')),
      [],
      'the library waits until it is needed',
    );
    await page.locator('#another summary').click();
    await page.locator('#qr-codes svg').nth(1).waitFor();
    const codes = await page.locator('#qr-codes svg').all();
    const read = [];
    for (const code of codes) read.push(await scanned(t, code));
    t.deepEqual(read, ['http://boardfeed.local/', 'http://192.168.178.40/']);
    t.is(await codes[0]?.getAttribute('aria-label'), 'QR code of http://boardfeed.local/');
    t.deepEqual(faults, []);
  });
}
