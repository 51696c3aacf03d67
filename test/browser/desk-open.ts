import type { ExecutionContext } from 'ava';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { launchChromium } from '../support/players-chromium.ts';
import { until } from '../support/processes.ts';
import { type DeskBox, startDeskBox } from './desk-box.ts';

/** What the tests of a file share. */
export interface DeskContext {
  browser: Browser;
}

/** Starts the browser of a file's tests. */
export async function launch(t: ExecutionContext<DeskContext>): Promise<void> {
  t.context.browser = await launchChromium(process.env);
}

/** Ends it. */
export async function close(t: ExecutionContext<DeskContext>): Promise<void> {
  await t.context.browser?.close();
}

/** Opens the desk of a box, after `prepare` has changed what that says. Whatever the page does wrong by itself is a failure. */
export async function open(
  t: ExecutionContext<DeskContext>,
  prepare: (box: DeskBox) => void = () => {},
  options: BrowserContextOptions = {},
) {
  const box = await startDeskBox();
  t.teardown(() => box.close());
  prepare(box);
  const context = await t.context.browser.newContext(options);
  t.teardown(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (said) => {
    if (/Content Security Policy/i.test(said.text())) faults.push(said.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${box.url}/`) && !request.url().startsWith('data:')) faults.push(request.url());
  });
  await page.goto(`${box.url}/admin`);
  const reads = (selector: string, words: RegExp) =>
    until(`${selector} says ${words}`, async () => {
      const text = (await page.locator(selector).textContent()) ?? '';
      return words.test(text) || text;
    });
  /** As when somebody comes back to the page: everything is asked anew. */
  const askAnew = () => page.evaluate('document.dispatchEvent(new Event("visibilitychange"))');
  return { box, page, reads, askAnew, faults };
}
