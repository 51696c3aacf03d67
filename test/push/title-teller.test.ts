import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { TitleTeller } from '../../src/push/title-teller.ts';

/** A teller whose requests end when the test says so. */
function stage() {
  const asked: { title: string; resolve: () => void; reject: (error: Error) => void }[] = [];
  const failed: string[] = [];
  let underWay = 0;
  let most = 0;
  const teller = new TitleTeller(
    async (title, signal) => {
      most = Math.max(most, ++underWay);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      asked.push({ title, resolve, reject });
      signal.addEventListener('abort', () => reject(new Error('aborted')));
      await promise.finally(() => underWay--);
    },
    ({ message }) => failed.push(message),
  );
  const titles = () => asked.map(({ title }) => title);
  const last = () => asked.at(-1);
  return { teller, asked, titles, last, failed, most: () => most };
}

test('one at a time, and of those that wait only the newest', async (t) => {
  const { teller, titles, last, most } = stage();
  for (const title of ['a', 'b', 'c']) teller.say(title);
  t.deepEqual(titles(), ['a']);
  last()?.resolve();
  await sleep(10);
  t.deepEqual(titles(), ['a', 'c']);
  last()?.resolve();
  await sleep(10);
  t.deepEqual(titles(), ['a', 'c']);
  teller.say('d');
  await sleep(10);
  t.deepEqual(titles(), ['a', 'c', 'd']);
  t.is(most(), 1);
});

test('tried again when it fails, and not for ever', async (t) => {
  t.timeout(60_000);
  const { teller, asked, titles, last, failed } = stage();
  teller.say('a');
  for (let told = 0; failed.length === 0; await sleep(5)) {
    if (asked.length > told) last()?.reject(new Error(`no ${++told}`));
  }
  t.deepEqual(titles(), ['a', 'a', 'a', 'a', 'a', 'a']);
  t.deepEqual(failed, ['no 6']);
  teller.say('b');
  await sleep(10);
  t.is(last()?.title, 'b');
});

test('a title that cannot be told does not keep a newer one waiting for its tries', async (t) => {
  const { teller, titles, last, failed } = stage();
  teller.say('a');
  last()?.reject(new Error('no'));
  await sleep(10);
  teller.say('b');
  await sleep(1000);
  t.deepEqual(titles(), ['a', 'b']);
  t.deepEqual(failed, []);
});

test('stopped: nothing more is told, and it can begin anew', async (t) => {
  const { teller, titles, failed } = stage();
  teller.say('a');
  teller.stop();
  await sleep(700);
  t.deepEqual(titles(), ['a']);
  teller.say('b');
  teller.stop();
  teller.say('c');
  await sleep(10);
  t.deepEqual(titles(), ['a', 'b', 'c']);
  t.deepEqual(failed, []);
});
