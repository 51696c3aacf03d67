import { readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const BUILT = fileURLToPath(new URL('../../build/page/', import.meta.url));

test('both pages together, without WebAssembly, are small enough for any network', (t) => {
  const files = readdirSync(BUILT).filter((name) => !name.startsWith('.'));
  const bytes = (names: string[]) => names.reduce((sum, name) => sum + statSync(`${BUILT}${name}`).size, 0);
  const decoder = files.filter((name) => name.startsWith('opus-wasm-'));
  t.is(decoder.length, 1);
  const rest = files.filter((name) => !decoder.includes(name));
  t.true(rest.includes('listen.js') && rest.includes('desk.js'));
  t.log(`${bytes(rest)} bytes, and ${bytes(decoder)} for the decoder`);
  t.true(bytes(rest) < 150_000);
});
