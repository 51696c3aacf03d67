import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { startBox } from '../support/box.ts';
import { until } from '../support/processes.ts';

test('the service leaves how it is in the folder that systemd has made for it', async (t) => {
  t.timeout(90_000);
  const folder = mkdtempSync(join(tmpdir(), 'boardfeed-runtime-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const box = await startBox('[input]\nsource = "demo"\n[station]\nname = "St. Martin"\n', {
    ...process.env,
    RUNTIME_DIRECTORY: folder,
  });
  t.teardown(() => box.stop());
  const text = () => {
    try {
      return readFileSync(join(folder, 'status.txt'), 'utf8');
    } catch {
      return ''; // Not yet.
    }
  };
  await until('it is there', () => text() !== '', 30_000);
  const [name = '', ...rest] = text().trimEnd().split('\n');
  t.regex(name, /^St\. Martin \(Boardfeed \d+\.\d+\.\d+\)$/);
  t.is(rest[1], 'Open in a browser of the same network:');
  t.is(rest[2], `  http://127.0.0.1:${box.port}/`);
  t.true(rest.includes('On air with a demo signal.'), text());
});
