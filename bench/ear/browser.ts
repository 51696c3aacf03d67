import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import type { PageReport } from '../../src/live/message.ts';
import { launchChromium } from '../../test/support/players-chromium.ts';
import { until } from '../../test/support/processes.ts';
import type { Claims, Ear, Playing, Where } from './playing.ts';
import { hurry } from './real-time.ts';
import { audioElementPage, wavPage } from './test-pages.ts';

/** How long a page may take for whatever it is asked, ms. */
const PATIENCE_MS = 10_000;
/** What low-delay listening has to keep (issue of the listen page). */
const GOALS = { medianMs: 110, p95Ms: 140 };
/** Longest delays, ms. */
const QUICK_MS = 5000;
const SLOW_MS = 20_000;

/** The ways in which the listen page plays, as its choice names them. */
export type PageSound = 'quick' | 'uncompressed' | 'robust';

/**
 * The box's own page, opened and its button pressed.
 *
 * @param trusted as over https, where browsers have audio worklets and decoders; otherwise as over plain http in a LAN
 */
export function pageEar(sound: PageSound, trusted = false): Ear {
  const quick = sound !== 'robust';
  return {
    name: `the page, ${sound}${trusted ? ', trusted' : ''}`,
    mostDelayMs: quick ? QUICK_MS : SLOW_MS,
    ...(quick ? { goals: GOALS } : {}),
    listen: (where) =>
      inChromium(where, async (page) => {
        const box = trusted ? where.box : where.box.replace('127.0.0.1', 'boardfeed.test');
        await page.goto(`${box}/`, { timeout: PATIENCE_MS });
        if ((await page.locator('#play').count()) === 0) throw new Error('the page has no button #play');
        await page.locator(`input[name=sound][value=${sound}]`).check({ force: true, timeout: PATIENCE_MS });
        await page.locator('#play').click({ timeout: PATIENCE_MS });
        const doing = () => page.locator('#play').getAttribute('data-player');
        await until('the page plays', async () => (await doing()) === 'playing' || (await doing()), PATIENCE_MS);
      }),
  };
}

/** An `<audio>` element and nothing else. */
export function audioEar(name: string, urlOf: (box: string) => string): Ear {
  return {
    name,
    mostDelayMs: SLOW_MS,
    listen: (where) =>
      inChromium(where, async (page) => {
        await page.setContent(audioElementPage(urlOf(where.box)));
      }),
  };
}

/** The least that a page can do: fetches `/stream.wav` and gives every piece to Web Audio as it comes. It follows no clock. */
export const wavEar: Ear = {
  name: 'a page that does the least, /stream.wav',
  mostDelayMs: QUICK_MS,
  listen: (where) =>
    inChromium(where, async (page) => {
      const address = `${where.box}/bench-ear`;
      // At the box's address, or it could not read the stream.
      await page.route(address, (route) => route.fulfill({ contentType: 'text/html', body: wavPage }));
      await page.goto(address, { timeout: PATIENCE_MS });
      await page.unroute(address);
      await page.evaluate('listen()');
    }),
};

async function inChromium({ rig }: Where, open: (page: Page) => Promise<void>): Promise<Playing> {
  const browser = await launchChromium(rig.env);
  try {
    const page = await browser.newPage();
    await page.addInitScript(KEEP_CONTEXTS);
    let report: PageReport | undefined;
    page.on('websocket', (socket) => {
      // What the page tells the box.
      socket.on('framesent', ({ payload }) => {
        report = JSON.parse(String(payload)) as PageReport;
      });
    });
    await open(page);
    await hurryAudioService(browser);
    const claims = async () => ({
      ...(await claimsOf(page)),
      ...(report?.dropouts !== undefined && { dropouts: report.dropouts }),
    });
    return { claims, stop: () => browser.close() };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

/**
 * The process that takes the sound from the page to PulseAudio belongs to the loudspeaker; the page's own thread for that has real-time
 * priority already.
 */
async function hurryAudioService(browser: Browser): Promise<void> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  for (const { id } of processInfo) {
    const command = await readFile(`/proc/${id}/cmdline`, 'latin1').catch(() => ''); // It has just ended.
    if (command.includes('audio.mojom.AudioService')) await hurry(id);
  }
}

/** Runs in the page before anything else: keeps hold of its AudioContext, so that it can be asked. */
const KEEP_CONTEXTS = `
  const Context = window.AudioContext;
  window.AudioContext = class extends Context {
    constructor(...options) {
      super(...options);
      window.benchContext = this;
    }
  };`;

/** Runs in the page: what its AudioContext reports (its underruns where the browser counts them); a page that has none gets one. */
const ASK = `(async () => {
  const context = window.benchContext ?? new AudioContext();
  await context.resume();
  const endMs = performance.now() + 3000;
  while (!(context.outputLatency > 0) && performance.now() < endMs) await new Promise((done) => setTimeout(done, 100));
  const { underrunEvents } = context.playbackStats ?? {};
  return {
    said: {
      baseMs: context.baseLatency * 1000,
      outputMs: context.outputLatency * 1000,
      ...(underrunEvents !== undefined && { underruns: underrunEvents }),
    },
    words: document.body.innerText,
  };
})()`;

async function claimsOf(page: Page): Promise<Claims> {
  const { said, words } = (await page.evaluate(ASK)) as { said: Claims; words: string };
  const behindMs = behindIn(words);
  return { ...said, ...(behindMs === undefined ? {} : { behindMs }) };
}

/** What a page says of its delay, ms: "Behind live by 85 ms", "1.9 s behind". Undefined when it says nothing. */
export function behindIn(words: string): number | undefined {
  const near = /behind\D{0,20}([\d.,]+)\s*(ms|s)\b/i.exec(words) ?? /([\d.,]+)\s*(ms|s)\s+behind/i.exec(words);
  if (!near) return undefined;
  return Number(near[1]?.replace(',', '.')) * (near[2] === 's' ? 1000 : 1);
}
