import { readFileSync, writeFileSync } from 'node:fs';
import test from 'ava';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { type Box, startBox } from '../support/box.ts';
import { openListenPage } from '../support/listen-page.ts';
import { ON_AIR } from '../support/page-states.ts';
import { launchChromium } from '../support/players-chromium.ts';
import { type DeskBox, startDeskBox } from './desk-box.ts';

/*
 * The pictures of the pages in docs/. With BOARDFEED_WRITE_PICTURES=1 they are taken anew; otherwise it is only seen that each can be
 * taken, and that the one in docs/ has its size.
 */

const PHONE = { width: 390, height: 844 };
const SCREEN = { width: 1280, height: 900 };
const SCHEMES = ['light', 'dark'] as const;
/** Until the meter has come to rest on made-up levels, ms. */
const REST_MS = 2500;

let box: Box;
let desk: DeskBox;
let browser: Browser;
test.before(async () => {
  box = await startBox('[input]\nsource = "demo"');
  desk = await startDeskBox();
  browser = await launchChromium(process.env);
});
test.after.always(async () => {
  await browser?.close();
  await box?.stop();
  await desk?.close();
});

for (const [size, viewport] of [
  ['phone', PHONE],
  ['screen', SCREEN],
] as const) {
  for (const colorScheme of SCHEMES) {
    const options: BrowserContextOptions = { viewport, colorScheme };
    test.serial(`the listen page: ${size}, ${colorScheme}`, async (t) => {
      const { page } = await openListenPage(t, browser, box, { state: ON_AIR }, options);
      await page.waitForTimeout(REST_MS);
      keep(`page-${size}-${colorScheme}.png`, await page.screenshot());
      t.pass();
    });
    test.serial(`the desk's page: ${size}, ${colorScheme}`, async (t) => {
      const context = await browser.newContext(options);
      t.teardown(() => context.close());
      const page = await context.newPage();
      await page.goto(`${desk.url}/admin`);
      await page.waitForTimeout(REST_MS);
      keep(`desk-${size}-${colorScheme}.png`, await page.screenshot({ fullPage: size === 'screen' }));
      t.pass();
    });
  }
}

function keep(name: string, taken: Buffer): void {
  const file = new URL(`../../docs/${name}`, import.meta.url);
  if (process.env.BOARDFEED_WRITE_PICTURES === '1') writeFileSync(file, taken);
  // PNG, 11.2.2: the width stands behind the signature and the head of the first chunk.
  const widths = [taken, readFileSync(file)].map((png) => png.readUInt32BE(16));
  if (widths[0] !== widths[1]) throw new Error(`docs/${name} is ${widths[1]} pixels wide, not ${widths[0]}`);
}
