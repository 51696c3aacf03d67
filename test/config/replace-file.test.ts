import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { removeFile, replaceFile, WriteProblem, writeProblem } from '../../src/config/replace-file.ts';

const POWER_CUT = fileURLToPath(new URL('_power-cut.ts', import.meta.url));

function folder(t: ExecutionContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'boardfeed-replace-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test('the text is replaced, mode and owner stay, and nothing else is left', async (t) => {
  const directory = folder(t);
  const file = join(directory, 'b.toml');
  writeFileSync(file, 'old');
  chmodSync(file, 0o604);
  // Only who has all rights can give a file away.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(file, 1234, 2345);
  const before = statSync(file);
  await replaceFile(file, 'new ü');
  t.is(readFileSync(file, 'utf8'), 'new ü');
  const { mode, uid, gid } = statSync(file);
  t.deepEqual([mode, uid, gid], [before.mode, before.uid, before.gid]);
  t.deepEqual(readdirSync(directory), ['b.toml']);
});

test('a file that is not there is made, for nobody but its owner and group', async (t) => {
  const file = join(folder(t), 'b.toml');
  t.is(await writeProblem(file), undefined);
  await replaceFile(file, 'new');
  t.is(readFileSync(file, 'utf8'), 'new');
  t.is(statSync(file).mode & 0o007, 0);
});

test('a new file may be for its owner alone, and may have any bytes', async (t) => {
  const file = join(folder(t), 'key');
  await replaceFile(file, Buffer.from([0, 255]), 0o600);
  t.deepEqual(readFileSync(file), Buffer.from([0, 255]));
  t.is(statSync(file).mode & 0o777, 0o600);
});

test('a file is taken away, also when it is not there, and a folder that is not there says so', async (t) => {
  const directory = folder(t);
  const file = join(directory, 'b.toml');
  writeFileSync(file, 'old');
  await removeFile(file);
  await removeFile(file);
  t.deepEqual(readdirSync(directory), []);
  await t.throwsAsync(removeFile(join(directory, 'none', 'b')), {
    instanceOf: WriteProblem,
    message: /its folder does not exist/,
  });
});

test('of a link the target is replaced, in its own folder', async (t) => {
  const directory = folder(t);
  mkdirSync(join(directory, 'real'));
  const [target, link] = [join(directory, 'real', 'b.toml'), join(directory, 'link.toml')];
  writeFileSync(target, 'old');
  symlinkSync('real/b.toml', link);
  await replaceFile(link, 'new');
  t.is(readFileSync(target, 'utf8'), 'new');
  t.true(lstatSync(link).isSymbolicLink());
  t.deepEqual(readdirSync(join(directory, 'real')), ['b.toml']);
});

test('a read-only file says so, and stays', async (t) => {
  const file = join(folder(t), 'b.toml');
  writeFileSync(file, 'old');
  chmodSync(file, 0o444);
  t.is(await writeProblem(file), `${file} is read-only`);
  await t.throwsAsync(replaceFile(file, 'new'), { instanceOf: WriteProblem, message: `${file} is read-only` });
  t.is(readFileSync(file, 'utf8'), 'old');
});

test('a folder that is not there, and a disk that cannot be written, say so', async (t) => {
  const file = join(folder(t), 'none', 'b.toml');
  t.is(await writeProblem(file), `${file} cannot be written: its folder does not exist`);
  await t.throwsAsync(replaceFile(file, 'new'), { instanceOf: WriteProblem, message: /its folder does not exist/ });
  // The kernel's own file system takes no new files from anybody.
  await t.throwsAsync(replaceFile('/proc/boardfeed.toml', 'new'), { instanceOf: WriteProblem, message: /cannot be/ });
});

for (const [when, text] of [
  ['before', 'old'],
  ['after', 'new'],
] as const) {
  test(`a power cut ${when} the new file takes its place leaves the ${text} one, whole, and the next try works`, async (t) => {
    const directory = folder(t);
    const file = join(directory, 'b.toml');
    writeFileSync(file, 'old');
    const { signal, stderr } = spawnSync(process.execPath, [POWER_CUT, file, 'new', when], { timeout: 20_000 });
    t.is(signal, 'SIGKILL', `${stderr}`);
    t.is(readFileSync(file, 'utf8'), text);
    await replaceFile(file, 'newer');
    t.is(readFileSync(file, 'utf8'), 'newer');
    t.deepEqual(readdirSync(directory), ['b.toml']);
  });
}
