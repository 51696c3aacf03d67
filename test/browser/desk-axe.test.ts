import { readFileSync } from 'node:fs';
import anyTest, { type TestFn } from 'ava';
import type { Page } from 'playwright-core';
import { close, type DeskContext, launch, open } from './desk-open.ts';

const test = anyTest as TestFn<DeskContext>;

const AXE = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

test.before(launch);
test.after.always(close);

/** What axe-core (WCAG 2 A and AA, and its best practices) has against the page as it is. */
async function complaints(page: Page): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(AXE);
  return page.evaluate(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
  );
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [320, 1280]) {
    test.serial(`axe-core finds nothing, ${colorScheme}, ${width} px wide`, async (t) => {
      const viewport = { width, height: 900 };
      const { page, reads } = await open(t, undefined, { colorScheme, viewport, reducedMotion: 'reduce' });
      for (const part of ['#controls', '#history-sum', '#listeners-table', '#everyday', '#facts'])
        await reads(part, /./);
      t.deepEqual(await complaints(page), []);
      for (const summary of await page.locator('summary').all()) await summary.click();
      await page.getByLabel('Most listeners').fill('x');
      await page.getByRole('button', { name: 'Save' }).click();
      await reads('#save-said', /^Nothing was saved/);
      t.deepEqual(await complaints(page), [], 'with everything unfolded and something refused');
      t.is(await page.evaluate('document.documentElement.scrollWidth'), width, 'nothing hangs over');
      await page.locator('#restart-button').click();
      t.deepEqual(await complaints(page), [], 'with the question open');
    });
  }
}
