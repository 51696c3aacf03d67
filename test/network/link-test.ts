import test, { type ExecutionContext } from 'ava';
import { Link, linkObstacle } from './link.ts';

type LinkTestBody = (t: ExecutionContext, link: Link) => Promise<void>;

const obstacle = await linkObstacle();

/**
 * A test with a link of its own, which ends with it in every case. Where there can be no link the test counts as skipped,
 * and its title says why.
 */
export function linkTest(title: string, body: LinkTestBody): void {
  if (obstacle !== undefined) {
    test.skip(`${title} (cannot be tried here: ${obstacle})`, (t) => t.fail());
    return;
  }
  test(title, async (t) => {
    const link = await Link.open();
    try {
      await body(t, link);
    } finally {
      await link.close();
    }
  });
}
