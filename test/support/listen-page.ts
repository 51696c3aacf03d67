import type { ExecutionContext } from 'ava';
import type { Browser, BrowserContextOptions, Page, WebSocketRoute } from 'playwright-core';
import { type Greeting, type LiveSound, type PieceLevel, writePiece } from '../../src/live/message.ts';
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
  const { host } = new URL(box.url);
  let open: WebSocketRoute[] = [];
  const piece = ({ levels = LEVELS, state }: Told) => {
    const clipped = state?.programme.level === 'clipping';
    return Buffer.from(writePiece({ atMs: 0, clipped, levels, sound: new Uint8Array(0) }));
  };
  await page.routeWebSocket(/\/live/, (route) => {
    const sound = new URL(route.url()).searchParams.get('sound') as LiveSound;
    if (new URL(route.url()).host !== host) faults.push(`asked for ${route.url()}`);
    // There is no making up of sound: who plays is told what the box says.
    if (sound !== 'none') return void route.connectToServer();
    const { state } = told;
    if (state === undefined) return void route.close({ code: 1001 });
    open.push(route);
    const greeting: Greeting = { sound, rateHz: 48_000, channels: 2, codecMs: 0, nowMs: 0, state };
    route.send(JSON.stringify(greeting));
  });
  const telling = setInterval(() => {
    for (const route of open) route.send(piece(told));
  }, 40);
  t.teardown(() => clearInterval(telling));
  await page.goto(`${box.url}/`);
  return {
    page,
    faults,
    tell: (next) => {
      told = next;
      const { state } = next;
      for (const route of open) {
        if (state) route.send(JSON.stringify({ state }));
        else void route.close({ code: 1001 });
      }
      if (!state) open = [];
    },
    reads: (id, words) =>
      until(`#${id} says ${words}`, async () => {
        const text = (await page.locator(`#${id}`).textContent()) ?? '';
        return words.test(text) || text;
      }),
  };
}
