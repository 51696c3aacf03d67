import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import test from 'ava';
import { projectDir } from '../../setup/machine.mjs';
import { COUNTS_FD_VARIABLE, closingLine } from '../../setup/test-counts.mjs';

const counts = (passed: number, failed: number, skipped: number) => JSON.stringify({ passed, failed, skipped });

const outcomes: [what: string, reported: string, exitCode: number, failedLinters: number, expected: string][] = [
  ['all passed', counts(12, 0, 0), 0, 0, '12 passed, 0 failed'],
  ['some skipped', counts(12, 0, 3), 0, 0, '12 passed, 0 failed, 3 skipped'],
  ['some failed', counts(10, 2, 0), 1, 0, '10 passed, 2 failed'],
  ['a crash beside the tests', counts(12, 0, 0), 1, 0, '12 passed, 1 failed'],
  ['AVA died before it could count', '', 137, 0, '0 passed, 1 failed'],
  ['a linter failed', counts(12, 0, 0), 0, 1, '12 passed, 1 failed'],
  ['a linter and a test failed', counts(11, 1, 0), 1, 2, '11 passed, 3 failed'],
];

for (const [what, reported, exitCode, failedLinters, expected] of outcomes) {
  test(`the closing line: ${what}`, (t) => {
    t.is(closingLine(reported, { exitCode, failedLinters }), expected);
  });
}

const runs: [what: string, body: string, expected: string][] = [
  ['passing', "test('a', (t) => t.pass()); test('b', (t) => t.pass());", '2 passed, 0 failed'],
  [
    'passing, skipped and to do',
    "test('a', (t) => t.pass()); test.skip('b', (t) => t.pass()); test.todo('c');",
    '1 passed, 0 failed, 2 skipped',
  ],
  ['failing', "test('a', (t) => t.pass()); test('b', (t) => t.fail());", '1 passed, 1 failed'],
  ['known to fail', "test.failing('a', (t) => t.fail());", '1 passed, 0 failed'],
  ['a hook fails', "test.before(() => { throw new Error(); }); test('a', (t) => t.pass());", '0 passed, 2 failed'],
  [
    'a crash after the tests',
    "test('a', (t) => { t.pass(); setTimeout(() => { throw new Error(); }); });",
    '1 passed, 1 failed',
  ],
  [
    'an exit in the middle',
    "test.serial('a', (t) => t.pass()); test.serial('b', () => new Promise(() => setTimeout(() => process.exit(0), 500)));",
    '1 passed, 1 failed',
  ],
  ['never ending', "test('a', () => new Promise(() => { setInterval(() => {}, 1000); }));", '0 passed, 1 failed'],
  ['a file without tests', '', '0 passed, 1 failed'],
  [
    'a test that prints a summary',
    "test('a', (t) => { console.log('9 passed, 0 failed'); t.fail(); });",
    '0 passed, 1 failed',
  ],
];

for (const [what, body, expected] of runs) {
  test(`AVA itself counts: ${what}`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'boardfeed-counts-'));
    t.teardown(() => rmSync(folder, { recursive: true }));
    for (const name of ['ava.config.mjs', 'setup'])
      cpSync(join(projectDir, name), join(folder, name), { recursive: true });
    symlinkSync(join(projectDir, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    mkdirSync(join(folder, 'test'));
    writeFileSync(join(folder, 'test', 'a.test.ts'), `import test from 'ava';\n${body}\n`);
    const ava = join(projectDir, 'node_modules', 'ava', 'entrypoints', 'cli.js');
    const child = spawn(process.execPath, what === 'never ending' ? [ava, '--timeout', '2s'] : [ava], {
      cwd: folder,
      env: { ...process.env, [COUNTS_FD_VARIABLE]: '3' },
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    const reported = text(child.stdio[3] as NodeJS.ReadableStream);
    const [exitCode] = await once(child, 'close');
    t.is(closingLine(await reported, { exitCode, failedLinters: 0 }), expected);
    t.is(exitCode === 0, expected.includes(' 0 failed'));
  });
}
