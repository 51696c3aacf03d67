import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { cached } from '../../../setup/image/cache.mjs';

const mark = (digit: string) => digit.repeat(64);

function folderOf(t: ExecutionContext) {
  const folder = mkdtempSync(path.join(tmpdir(), 'boardfeed-cache-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('what is there is not made again', async (t) => {
  const cache = folderOf(t);
  let made = 0;
  const make = async (into: string) => {
    made += 1;
    writeFileSync(path.join(into, 'file'), `${made}`);
  };
  const first = await cached(cache, { kind: 'root', mark: mark('a'), keep: 2 }, make);
  const second = await cached(cache, { kind: 'root', mark: mark('a'), keep: 2 }, make);
  t.is(first, second);
  t.is(readFileSync(path.join(first, 'file'), 'utf8'), '1');
  await cached(cache, { kind: 'root', mark: mark('b'), keep: 2 }, make);
  t.is(made, 2);
});

test('what broke off is not taken for whole', async (t) => {
  const cache = folderOf(t);
  const fails = async (into: string) => {
    writeFileSync(path.join(into, 'half'), '');
    throw new Error('no luck');
  };
  await t.throwsAsync(cached(cache, { kind: 'root', mark: mark('a'), keep: 2 }, fails), { message: 'no luck' });
  const folder = await cached(cache, { kind: 'root', mark: mark('a'), keep: 2 }, async () => {});
  t.deepEqual(readdirSync(folder), []);
});

test('those that were used last are kept, and nothing else is touched', async (t) => {
  const cache = folderOf(t);
  writeFileSync(path.join(cache, 'root-arm64-0123456789abcdef'), 'of somebody else');
  const place: string[] = [];
  for (const [index, digit] of ['a', 'b', 'c'].entries()) {
    const folder = await cached(cache, { kind: 'root', mark: mark(digit), keep: 3 }, async () => {});
    utimesSync(folder, 1000 + index, 1000 + index);
    place.push(folder);
  }
  await cached(cache, { kind: 'root', mark: mark('a'), keep: 3 }, async () => {});
  await cached(cache, { kind: 'root', mark: mark('d'), keep: 2 }, async () => {});
  t.deepEqual(place.map(existsSync), [true, false, false]);
  t.true(existsSync(path.join(cache, 'root-arm64-0123456789abcdef')));
});
