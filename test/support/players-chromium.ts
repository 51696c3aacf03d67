import { type Browser, chromium } from 'playwright-core';
import type { Playing, Request } from './players.ts';
import { until } from './processes.ts';

/** Debian's. */
const CHROMIUM = '/usr/bin/chromium';

/** It shall do what the test asks for, and nothing by itself. */
const ARGUMENTS = [
  '--autoplay-policy=no-user-gesture-required',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A name for the box: browsers trust pages of 127.0.0.1 as if they came by https, which those in a LAN do not.
  '--host-resolver-rules=MAP boardfeed.test 127.0.0.1',
  '--no-first-run',
];

/** Starts Debian's Chromium without a window but with sound, which it plays to the given environment's PulseAudio. */
export function launchChromium(env: NodeJS.ProcessEnv): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    // It opens nothing but our own page, and its sandbox works neither for root nor in most containers.
    chromiumSandbox: false,
    ignoreDefaultArgs: ['--mute-audio'],
    args: ARGUMENTS,
    env: env as Record<string, string>,
  });
}

/** Opens the listen page, waits until it says that the box is on air, chooses the audio element of the robust mode, and presses play. */
export async function playInChromium({ box, format, stage, sink }: Request): Promise<Playing> {
  const browser = await launchChromium(stage.env(sink));
  try {
    const page = await browser.newPage();
    let said = '';
    page.on('console', (message) => {
      said = `${said}${message.text()}\n`.slice(-10_000);
    });
    page.on('pageerror', (error) => {
      said = `${said}${error.message}\n`.slice(-10_000);
    });
    await page.goto(`${box}/`, { timeout: 10_000 });
    const state = page.locator('#state');
    await until('the page says that the box is on air', async () => {
      const words = await state.textContent({ timeout: 5000 });
      return words?.startsWith('On air') || words;
    });
    await page.locator('input[name="sound"][value="robust"]').check({ timeout: 5000 });
    if (format !== 'mp3') {
      // On the page's own player: nothing but its address is changed.
      const player = page.locator('audio#player');
      await player.evaluate((element, src) => element.setAttribute('src', src), `/stream.${format}`);
    }
    await page.locator('#play').click({ timeout: 5000 });
    return { ended: () => !browser.isConnected(), output: () => said, stop: () => browser.close() };
  } catch (error) {
    await browser.close();
    throw error;
  }
}
