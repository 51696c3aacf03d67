import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test, { type ExecutionContext } from 'ava';
import type { Browser, Page } from 'playwright-core';
import type { PageState } from '../../src/live/page-state.ts';
import { type Box, startBox } from '../support/box.ts';
import { openListenPage } from '../support/listen-page.ts';
import { ON_AIR } from '../support/page-states.ts';
import { launchChromium } from '../support/players-chromium.ts';
import { until } from '../support/processes.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PHONE = { width: 320, height: 640 };
const DESK = { width: 1280, height: 900 };

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

const problem = { cause: 'unplugged', message: 'hw:CARD=CODEC: No such device' };
const live = (level: PageState['programme']['level']): PageState => ({
  ...ON_AIR,
  programme: { state: 'live', fallback: 'silence', ...(level && { level }) },
});
const not = (
  state: 'starting' | 'lost' | 'fallback',
  fallback: 'silence' | 'tone' | 'file' = 'silence',
): PageState => ({
  ...ON_AIR,
  programme: { state, fallback, problem },
});

test.serial('every state of the box is said in words, and its mood shown', async (t) => {
  const told: readonly (readonly [PageState | undefined, string, RegExp])[] = [
    [ON_AIR, 'good', /^On air\.$/],
    [live('silent'), 'warn', /^On air, but silent/],
    [live('zeros'), 'warn', /^On air, but nothing comes/],
    [live('clipping'), 'bad', /^On air, but too loud/],
    [not('starting'), 'wait', /^Starting: the sound card was unplugged/],
    [not('lost'), 'bad', /^Input lost: the sound card was unplugged/],
    [not('fallback', 'tone'), 'bad', /^No input: .* You hear a tone/],
    [undefined, 'bad', /^The box does not answer/],
    [{ ...ON_AIR, source: { kind: 'demo', wanted: 'auto' } }, 'warn', /^Demo signal: no sound card/],
  ];
  const listen = await openListenPage(t, browser, box, { state: ON_AIR });
  for (const [state, mood, words] of told) {
    listen.tell({ state });
    await listen.reads('state', words);
    t.is(await listen.page.locator('#state').getAttribute('data-mood'), mood);
    const label = (await listen.page.locator('#play').getAttribute('aria-label')) ?? '';
    t.regex(label.replace(/^Play\. /, ''), words, 'the button says it, too');
    await listen.reads('detail', state?.programme.problem ? /^hw:CARD=CODEC/ : /^$/);
    await listen.reads('listeners', state ? /^12$/ : /^–$/);
  }
  t.is(await listen.page.title(), 'Choir practice · St. Martin');
  t.deepEqual(listen.faults, []);
});

test.serial(
  'the meter shows the levels, names them for those who do not see it, and marks a clip for a while',
  async (t) => {
    const levels = [
      { peakDbfs: -10, rmsDbfs: -20 },
      { peakDbfs: -20, rmsDbfs: -40 },
    ];
    const listen = await openListenPage(t, browser, box, { state: live('clipping'), levels });
    const { page } = listen;
    const numbers = () => page.locator('.number').allTextContents();
    await until('both channels have their numbers', async () => (await numbers()).join() === '−10,−20' || numbers());
    const shares = await page.evaluate(() =>
      [...document.querySelectorAll('.bar')].map((bar) => {
        const track = (bar.querySelector('.track') as Element).getBoundingClientRect();
        return ['.peak', '.hold'].map((part) => {
          const moved = (bar.querySelector(part) as Element).getBoundingClientRect();
          return (moved.right - track.left) / track.width;
        });
      }),
    );
    // Where the scale has −10 and −20 dBFS. The peak falls until it is told again; what is held stays.
    for (const [channel, part] of [0.75, 0.5].entries()) {
      t.true(Math.abs((shares[channel]?.[1] ?? 0) - part) < 0.01, `held at ${shares[channel]?.[1]}`);
      t.true((shares[channel]?.[0] ?? 1) <= part + 0.01);
    }
    t.is(await page.locator('#clip').getAttribute('data-lit'), 'true');
    await until('the meter has words', async () => {
      const words = await page.locator('#meter').getAttribute('aria-valuetext');
      return words === '−10, −20 dBFS' || words;
    });
    listen.tell({ state: ON_AIR, levels });
    await listen.reads('state', /^On air\.$/);
    t.is(await page.locator('#clip').getAttribute('data-lit'), 'true', 'it stays when the clipping is over');
    await until('the mark goes', async () => (await page.locator('#clip').getAttribute('data-lit')) === 'false');

    listen.tell({ state: undefined });
    await listen.reads('state', /^The box does not answer/);
    await until('nothing is known', async () => (await numbers()).join() === ',' || numbers());
    t.is(await page.locator('.bar').count(), 2);
    listen.tell({ state: ON_AIR, levels: levels.slice(1) });
    await until('one channel has one bar', async () => (await numbers()).join() === '−20' || numbers());
  },
);

test.serial('the meter moves with every picture, and not at all while nobody sees the page', async (t) => {
  const loud = [{ peakDbfs: 0, rmsDbfs: -3 }];
  const quiet = [{ peakDbfs: -60, rmsDbfs: -63 }];
  const listen = await openListenPage(t, browser, box, { state: ON_AIR, levels: loud });
  const { page } = listen;
  const barReads = (text: string) => listen.reads('bars', new RegExp(`^${text}$`));
  await barReads('0');
  /** Pictures that are drawn, and moves of the bar, in 300 ms. */
  const counted = () =>
    page.evaluate(async () => {
      let moves = 0;
      let pictures = 0;
      const layer = document.querySelector('.layer.peak') as Element;
      const observer = new MutationObserver(() => moves++);
      observer.observe(layer, { attributes: true });
      const end = performance.now() + 300;
      while (performance.now() < end) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        pictures++;
      }
      observer.disconnect();
      return { moves, pictures };
    });
  listen.tell({ state: ON_AIR, levels: quiet });
  // It begins to fall when it is told the next time.
  const place = () => page.locator('.layer.peak').evaluate((layer) => (layer as HTMLElement).style.transform);
  const full = await place();
  await until('the bar falls', async () => (await place()) !== full);
  const falling = await counted();
  t.true(falling.moves >= falling.pictures * 0.8, `${falling.moves} moves in ${falling.pictures} pictures`);
  t.true(falling.pictures > 5);

  await page.evaluate(() => Object.defineProperty(document, 'hidden', { value: true, configurable: true }));
  await counted();
  const frozen = await place();
  listen.tell({ state: { ...ON_AIR, title: 'Hidden' }, levels: loud });
  await listen.reads('title', /^Hidden$/);
  t.is((await counted()).moves, 0);
  t.is(await place(), frozen);
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: false });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await barReads('0');
});

test.serial('it can be used by the keyboard alone', async (t) => {
  const { page, faults } = await openListenPage(t, browser, box, { state: ON_AIR }, { viewport: PHONE });
  const player = (state: string) =>
    until(`the player is ${state}`, async () => {
      const is = await page.locator('#play').getAttribute('data-player');
      return is === state || is;
    });
  await page.waitForFunction(() => document.querySelector('#addresses li') !== null);
  await page.keyboard.press('Space');
  await player('playing');
  t.is(await page.evaluate(() => scrollY), 0, 'the space bar does not scroll');
  t.regex((await page.locator('#play').getAttribute('aria-label')) ?? '', /^Stop\. You are listening\. Demo signal\.$/);
  await page.keyboard.press('Space');
  await player('idle');

  const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.outerHTML);
  await page.keyboard.press('Tab');
  t.is(await focused(), 'play');
  await page.keyboard.press('Enter');
  await player('playing');
  await page.keyboard.press('Space');
  await player('idle');
  await page.keyboard.press('Tab');
  t.is(await focused(), 'volume');
  for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowLeft');
  t.is(await page.locator('#volume-shown').textContent(), '97\u00a0%');
  await page.keyboard.press('Tab');
  t.regex((await focused()) ?? '', /value="quick"/);
  await page.keyboard.press('ArrowDown');
  t.is(await page.locator('input[name="sound"]:checked').inputValue(), 'robust');
  await page.keyboard.press('Space');
  t.is(await page.locator('#play').getAttribute('data-player'), 'idle', 'the space bar is that of the control now');
  for (const [summary, inside] of [
    ['Another phone', '#qr-codes svg'],
    ['Other players', '#addresses button'],
  ]) {
    while ((await page.evaluate(() => document.activeElement?.textContent)) !== summary)
      await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator(`${inside}`).first().waitFor();
  }
  t.deepEqual(faults, []);
});

test.serial('volume and choice are those of the last visit; a browser that forbids it does no harm', async (t) => {
  const listen = await openListenPage(t, browser, box, { state: ON_AIR });
  await listen.page.locator('#volume').fill('40');
  await listen.page.locator('input[value="robust"]').check();
  await listen.page.reload();
  t.is(await listen.page.locator('#volume').inputValue(), '40');
  t.is(await listen.page.locator('input[name="sound"]:checked').inputValue(), 'robust');
  await listen.page.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', {
      get() {
        throw new DOMException('forbidden', 'SecurityError');
      },
    });
  });
  await listen.page.reload();
  await listen.reads('state', /^On air/);
  await listen.page.locator('#volume').fill('30');
  await listen.page.locator('input[value="uncompressed"]').check();
  t.is(await listen.page.locator('#volume').inputValue(), '30');
  t.deepEqual(listen.faults, []);
});

test.serial(
  'nothing is cut off or has to be scrolled sideways on the narrowest phone, whatever the names are',
  async (t) => {
    const state: PageState = {
      ...not('fallback', 'file'),
      name: 'Donaudampfschifffahrtsgesellschaftskapitänsfest',
      title: 'x'.repeat(200),
      listeners: 1000,
      addresses: [`http://${'boardfeed-'.repeat(6)}1.local/`, 'http://[fd00:1111:2222:3333:4444:5555:6666:7777]:8000/'],
    };
    const { page, reads } = await openListenPage(t, browser, box, { state }, { viewport: PHONE });
    await reads('name', /^Donau/);
    for (const summary of await page.locator('summary').all()) await summary.click();
    await page.locator('#qr-codes svg').nth(1).waitFor();
    const wide = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    t.is(wide[0], wide[1]);
  },
);

async function accessible(t: ExecutionContext, page: Page): Promise<void> {
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    // biome-ignore lint/suspicious/noExplicitAny: axe has just been put into the page
    const { violations } = await (globalThis as any).axe.run(document);
    return violations.map(({ id, nodes }: { id: string; nodes: { html: string; failureSummary: string }[] }) =>
      [id, ...nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`)].join('\n'),
    );
  });
  t.deepEqual(violations, []);
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const viewport of [PHONE, DESK]) {
    test.serial(`axe finds nothing: ${colorScheme}, ${viewport.width} px`, async (t) => {
      const { page, tell, reads } = await openListenPage(
        t,
        browser,
        box,
        { state: live('clipping') },
        { viewport, colorScheme },
      );
      await reads('state', /clipping/);
      for (const fold of await page.locator('details').all())
        await fold.evaluate((element) => element.setAttribute('open', ''));
      await page.locator('#qr-codes svg').nth(1).waitFor();
      await accessible(t, page);
      for (const state of [ON_AIR, live('silent'), not('starting'), not('lost'), undefined]) {
        tell({ state });
        await reads('state', state === ON_AIR ? /^On air\.$/ : state?.programme.level ? /silent/ : /[.…]$/);
        await accessible(t, page);
      }
    });
  }
}

test.serial('without scripts there is the player of the browser, and the address', async (t) => {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: PHONE });
  const page = await context.newPage();
  await page.goto(`${box.url}/`);
  t.true(await page.locator('noscript audio[controls][src="/stream.mp3"]').isVisible());
  t.true(await page.locator('noscript a[href="/stream.mp3"]').isVisible());
  t.false(await page.locator('#play').isVisible(), 'a button that does nothing is not shown');
});
