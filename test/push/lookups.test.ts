import type { LookupAddress } from 'node:dns';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { lookupOneAtATime } from '../../src/push/lookups.ts';

type Found = string | LookupAddress[];

/** A system that answers when the test says so. */
function stage() {
  const asked: { host: string; resolve: (address: string) => void; reject: (error: Error) => void }[] = [];
  const lookup = lookupOneAtATime((host) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    asked.push({ host, resolve, reject });
    return promise.then((address) => [{ address, family: 4 }]);
  });
  const look = (host: string, all = true) =>
    new Promise<Found>((resolve, reject) =>
      lookup(host, { all }, (error, found) => (error ? reject(error) : resolve(found))),
    );
  return { asked, look, hosts: () => asked.map(({ host }) => host) };
}

test('one at a time, and who asks for the same host shares the answer', async (t) => {
  const { asked, look, hosts } = stage();
  const all = Promise.all([look('a'), look('a', false), look('b'), look('b')]);
  await sleep(5);
  t.deepEqual(hosts(), ['a']);
  asked[0]?.resolve('192.0.2.1');
  await sleep(5);
  t.deepEqual(hosts(), ['a', 'b']);
  asked[1]?.resolve('192.0.2.2');
  const [first, second, third, fourth] = await all;
  t.deepEqual(first, [{ address: '192.0.2.1', family: 4 }]);
  t.is(second, '192.0.2.1');
  t.deepEqual(third, fourth);
});

test('one that fails does not hold up the next, and is asked for again', async (t) => {
  const { asked, look, hosts } = stage();
  const failing = t.throwsAsync(look('a'), { message: 'ENOTFOUND' });
  const other = look('b');
  await sleep(5);
  asked[0]?.reject(new Error('ENOTFOUND'));
  await failing;
  await sleep(5);
  asked[1]?.resolve('192.0.2.2');
  await other;
  void look('a');
  await sleep(5);
  t.deepEqual(hosts(), ['a', 'b', 'a']);
});
