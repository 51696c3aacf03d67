import type { ExecutionContext } from 'ava';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { PieceLevel } from '../../src/live/message.ts';
import type { PageState } from '../../src/live/page-state.ts';
import type { Box } from './box.ts';
import { until } from './processes.ts';

/** What a page is to be told instead of what its box says. */
export interface Told {
  /** undefined: the box does not answer. */
  state: PageState | undefined;
  levels?: readonly PieceLevel[];
}

/** A listen page that is told what a test wants it to show. */
export interface ListenPage {
  readonly page: Page;
  /** What it is told from now on. */
  tell(told: Told): void;
  /** Waits until the text of an element is this. */
  reads(id: string, words: RegExp): Promise<void>;
  /** What went wrong in the page, and whatever it asked of others than the box. */
  readonly faults: readonly string[];
}

const LEVELS: readonly PieceLevel[] = [
  { peakDbfs: -9, rmsDbfs: -19 },
  { peakDbfs: -6, rmsDbfs: -17 },
];

/** Opens the listen page of a box until the test ends, telling it a made-up state. */
export async function openListenPage(
  t: ExecutionContext,
  browser: Browser,
  box: Box,
  first: Told,
  options: BrowserContextOptions = {},
): Promise<ListenPage> {
  const context = await browser.newContext(options);
  t.teardown(() => context.close());
  const page = await context.newPage();
  let told = first;
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) faults.push(message.text());
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${box.url}/`) && !url.startsWith('data:')) faults.push(`asked for ${url}`);
  });
  const status = await box.status();
  await page.route('**/api/status', (route) => {
    const { state, levels = LEVELS } = told;
    if (state === undefined) return route.abort();
    const { name, title, source, addresses, formats } = state;
    const programme = { ...status.programme, problem: undefined, level: undefined, ...state.programme, levels };
    const listeners = { ...status.listeners, now: state.listeners };
    const enabled = formats.map((format) => ({ ...format, enabled: true }));
    return route.fulfill({
      json: { ...status, name, title, source, programme, listeners, addresses, formats: enabled },
    });
  });
  await page.goto(`${box.url}/`);
  return {
    page,
    faults,
    tell: (next) => {
      told = next;
    },
    reads: (id, words) =>
      until(`#${id} says ${words}`, async () => {
        const text = (await page.locator(`#${id}`).textContent()) ?? '';
        return words.test(text) || text;
      }),
  };
}
