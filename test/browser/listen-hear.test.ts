import { connect, createServer, type Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import type { Browser, Page } from 'playwright-core';
import { type Box, freePort, startBox } from '../support/box.ts';
import { launchChromium } from '../support/players-chromium.ts';
import { Hearing, type Sides } from '../support/players-heard.ts';
import { PlayersStage } from '../support/players-stage.ts';
import { type Running, until } from '../support/processes.ts';
import { PulseRig } from '../support/pulse.ts';
import { sines } from '../support/tones.ts';

/*
 * A real Chromium plays the page into a null sink, and what comes out there is listened to. The mixer has a sound system of its own, so
 * that it can be pulled out.
 */

const TONES: Sides = [
  { hz: 220, dbfs: -12 },
  { hz: 440, dbfs: -20 },
];
const CONFIG = '[input]\nsource = "alsa"\ndevice = "mixer"\n[programme]\ngrace_s = 0.5\n';
/**
 * How far everything else stays below the tones, dB. The page plays a little faster or slower than it gets the sound, which a steady
 * tone shows at -40; a gap or a click makes -20 and more. What Opus adds to steady tones reaches -27.
 */
const PCM_REST_DB = -30;
const OPUS_REST_DB = -20;
/** So much without a fault is no accident. */
const CLEAN_S = 3;
/** What a browser on a busy machine may take to come to that. */
const PATIENCE_MS = 120_000;
const FREEZE_MS = 1000;

const mixer = new PulseRig();
const ear = new PulseRig();
let stage: PlayersStage;
let browser: Browser;
let box: Box;
let tones: Running;

const playTones = () => mixer.play('mixer', sines(TONES, 600));

test.before(async () => {
  await mixer.start();
  await ear.start();
  tones = playTones();
  stage = new PlayersStage(ear);
  await stage.open(['page']);
  box = await startBox(CONFIG, mixer.env);
  browser = await launchChromium(stage.env('page'));
});
test.after.always(async () => {
  await browser?.close();
  await box?.stop();
  await stage?.close();
  await tones?.stop();
  await mixer.stop();
  await ear.stop();
});

/** Opens the page at an address, makes its choice and presses play. `missing`: what cannot be fetched. */
async function playPage(t: ExecutionContext, url: string, sound: string, missing?: string): Promise<Page> {
  const context = await browser.newContext();
  t.teardown(() => context.close());
  const page = await context.newPage();
  page.on('pageerror', (error) => t.fail(error.message));
  if (missing) await page.route(missing, (route) => route.abort());
  await page.goto(url);
  await page.locator(`input[name="sound"][value="${sound}"]`).check();
  await page.locator('#play').click();
  return page;
}

const playerIs = (page: Page, state: string) =>
  until(
    `the player is ${state}`,
    async () => {
      const is = await page.locator('#play').getAttribute('data-player');
      return is === state || is;
    },
    PATIENCE_MS,
  );

const reads = (page: Page, id: string, words: RegExp) =>
  until(
    `#${id} says ${words}`,
    async () => {
      const text = (await page.locator(`#${id}`).textContent()) ?? '';
      return words.test(text) || text;
    },
    PATIENCE_MS,
  );

/** Listens until there was a stretch without a fault. */
async function hearsTones(t: ExecutionContext, restDb = PCM_REST_DB): Promise<void> {
  const hearing = new Hearing(TONES, restDb);
  const recorder = await stage.listen('page', hearing);
  try {
    await until('the tones are heard', () => hearing.wasClean(CLEAN_S) || hearing.describe(), PATIENCE_MS);
  } finally {
    await recorder.stop();
  }
  t.log(hearing.describe());
}

const behindMs = async (page: Page) => Number.parseInt((await page.locator('#behind').textContent()) ?? '', 10);

test.serial('over plain http, as in a LAN: quick', async (t) => {
  const page = await playPage(t, `http://boardfeed.test:${box.port}/`, 'quick');
  t.false(await page.evaluate(() => isSecureContext));
  await playerIs(page, 'playing');
  await hearsTones(t, OPUS_REST_DB);
  t.true((await behindMs(page)) > 0);
  t.true((await box.status()).live[0]?.listeners.length === 1);
});

test.serial('over plain http, as in a LAN: uncompressed', async (t) => {
  const page = await playPage(t, `http://boardfeed.test:${box.port}/`, 'uncompressed');
  await playerIs(page, 'playing');
  await hearsTones(t);
  t.true((await box.status()).live[1]?.listeners.length === 1);
});

test.serial('a browser that has no decoder at all gets what needs none', async (t) => {
  const page = await playPage(t, `http://boardfeed.test:${box.port}/`, 'quick', '**/opus-wasm*');
  await playerIs(page, 'playing');
  await hearsTones(t);
  t.is((await box.status()).live[1]?.listeners.length, 1);
});

test.serial('where the browser trusts the page, it has better ways: quick and uncompressed', async (t) => {
  const page = await playPage(t, `${box.url}/`, 'quick');
  t.true(await page.evaluate(() => isSecureContext && typeof AudioDecoder === 'function'));
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await playerIs(page, 'playing');
  await hearsTones(t, OPUS_REST_DB);
  t.false(
    asked.some((path) => path.includes('opus-wasm')),
    'it needs no WebAssembly',
  );
  await page.locator('input[value="uncompressed"]').check();
  await playerIs(page, 'playing');
  await hearsTones(t);
});

test.serial('robust', async (t) => {
  const page = await playPage(t, `http://boardfeed.test:${box.port}/`, 'robust');
  await playerIs(page, 'playing');
  await hearsTones(t);
  t.is((await box.status()).formats[0]?.listeners.length, 1);
});

test.serial(
  'after a freeze of the network it is back at live by itself, and says meanwhile what is wrong',
  async (t) => {
    const relay = await openRelay(t, box.port);
    const page = await playPage(t, `http://boardfeed.test:${relay.port}/`, 'quick');
    await playerIs(page, 'playing');
    await hearsTones(t, OPUS_REST_DB);
    const beforeMs = await behindMs(page);
    relay.freeze();
    const frozenAt = Date.now();
    await playerIs(page, 'waiting');
    await reads(page, 'playing', /goes on by itself/);
    await page.waitForTimeout(Math.max(0, FREEZE_MS - (Date.now() - frozenAt)));
    relay.thaw();
    const thawedAt = Date.now();
    await playerIs(page, 'playing');
    t.log(`playing ${Date.now() - thawedAt} ms after the end of the freeze`);
    await hearsTones(t, OPUS_REST_DB);
    await until('it is as close to live as before', async () => (await behindMs(page)) < beforeMs + 150, PATIENCE_MS);
    t.is((await box.status()).listeners.now, 1);
  },
);

test.serial('after a restart of the box it is back by itself, and says meanwhile what is wrong', async (t) => {
  const port = box.port;
  const page = await playPage(t, `http://boardfeed.test:${port}/`, 'quick');
  await playerIs(page, 'playing');
  await box.stop();
  await reads(page, 'state', /^The box does not answer/);
  await playerIs(page, 'waiting');
  box = await startBox(CONFIG, mixer.env, port);
  const backAt = Date.now();
  await playerIs(page, 'playing');
  t.log(`playing ${Date.now() - backAt} ms after the box was on air`);
  await reads(page, 'state', /^On air\.$/);
  await hearsTones(t, OPUS_REST_DB);
  t.is((await box.status()).listeners.now, 1);
});

test.serial('a card that is pulled out is said to be, and heard again when it is back', async (t) => {
  const page = await playPage(t, `http://boardfeed.test:${box.port}/`, 'quick');
  await playerIs(page, 'playing');
  await hearsTones(t, OPUS_REST_DB);
  await mixer.kill();
  await tones.stop();
  await reads(page, 'state', /^(Input lost|No input): .*until it is back\.$/);
  await playerIs(page, 'playing');
  await mixer.start();
  tones = playTones();
  const backAt = Date.now();
  await reads(page, 'state', /^On air\.$/);
  t.log(`on air ${Date.now() - backAt} ms after the card was back`);
  await hearsTones(t, OPUS_REST_DB);
  t.is((await box.status()).programme.state, 'live');
});

test.serial('a page that finds no place says why, and plays as soon as there is one', async (t) => {
  const full = await startBox('[input]\nsource = "demo"\n[listeners]\nmax = 1');
  t.teardown(() => full.stop());
  const first = await playPage(t, `${full.url}/`, 'quick');
  await playerIs(first, 'playing');
  const second = await playPage(t, `${full.url}/`, 'quick');
  await reads(second, 'notices', /All 1 places are taken/);
  await first.locator('#play').click();
  await playerIs(second, 'playing');
  await reads(second, 'notices', /^$/);
  t.is((await full.status()).listeners.refused > 0, true);
});

/** A way to the box that can be frozen: nothing passes any more, and nothing is told. */
async function openRelay(t: ExecutionContext, boxPort: number) {
  const pairs = new Set<Socket>();
  let frozen = false;
  const server = createServer((near) => {
    const far = connect(boxPort, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      pairs.add(from);
      from.on('data', (bytes) => void to.write(bytes));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        pairs.delete(from);
        to.destroy();
      });
      if (frozen) from.pause();
    }
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  t.teardown(() => {
    for (const socket of pairs) socket.destroy();
    server.close();
  });
  return {
    port,
    freeze: () => {
      frozen = true;
      for (const socket of pairs) socket.pause();
    },
    thaw: () => {
      frozen = false;
      for (const socket of pairs) socket.resume();
    },
  };
}
