import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { run } from '../child.mjs';
import { SetupError } from '../machine.mjs';
import { ask, SUITE } from '../package/sysroot.mjs';

/*
 * Debian's packages are configured by their own programs, which are for arm64. On a PC, QEMU runs them, told by the kernel
 * (binfmt_misc). That of Debian 12 hangs on programs of Debian 13; hence we bring that of Debian 13, for as long as we need it.
 */

const BINFMT = '/proc/sys/fs/binfmt_misc';
/** A name that no package uses. */
const NAME = 'boardfeed-arm64';
/** 7.2 hangs, 10 works. */
const OLDEST_MAJOR = 8;

/** The first bytes of a 64-bit ARM program for Linux, and which bits of them matter (elf(5)): as Debian's qemu-user says it. */
const MAGIC = '7f454c460201010000000000000000000200b700';
const MASK = 'ffffffffffffff00fffffffffffffffffeffffff';

/**
 * @param {string} text what the kernel says of an interpreter, a file in its folder
 * @returns {{ interpreter: string, isForArm64: boolean }} a disabled one is for nothing
 */
export function parseInterpreter(text) {
  /** @param {RegExp} pattern */
  const field = (pattern) => pattern.exec(text)?.[1] ?? '';
  const enabled = /^enabled$/m.test(text);
  const fixed = field(/^flags: (\w*)$/m).includes('F');
  return {
    interpreter: field(/^interpreter (.+)$/m),
    // Without F the interpreter would have to be in the root, too.
    isForArm64: enabled && fixed && field(/^magic ([0-9a-f]+)$/m) === MAGIC,
  };
}

/** @param {string} printed by `qemu-aarch64 --version` @returns {number} 0 when that is none */
export function qemuMajor(printed) {
  return Number(/^qemu-aarch64 version (\d+)\./m.exec(printed)?.[1] ?? 0);
}

/** @param {string} interpreter @returns {string} what the kernel is told */
export function registration(interpreter) {
  /** @param {string} hex */
  const escaped = (hex) => hex.replace(/../g, '\\x$&');
  // P: its own name is passed on. C: set-user-ID programs are such. F: opened now, so that it need not be in the root.
  return `:${NAME}:M::${escaped(MAGIC)}:${escaped(MASK)}:${interpreter}:PCF`;
}

/**
 * Lets this machine run programs for arm64.
 *
 * @param {{ cache: string, sources: readonly string[], debianArch: string }} options `sources`: of Debian 13, for this machine
 * @returns {Promise<() => void>} ends it
 * @throws {SetupError} when the kernel or Debian has nothing for it
 */
export async function startEmulation({ cache, sources, debianArch }) {
  if (process.arch === 'arm64') return () => {};
  await mountBinfmt();
  // Left by one of us that was killed: nobody else is at work, there is a lock.
  unregister();
  if (await hasInterpreter()) return () => {};
  const interpreter = await fetchInterpreter({ cache, sources, debianArch });
  writeFileSync(path.join(BINFMT, 'register'), registration(interpreter));
  return unregister;
}

async function mountBinfmt() {
  if (existsSync(path.join(BINFMT, 'register'))) return;
  const mounted = await run('mount', ['-t', 'binfmt_misc', 'binfmt_misc', BINFMT], { output: 'keep' });
  if (mounted.code !== 0) {
    throw new SetupError(
      `${mounted.output}\nThis kernel cannot run programs of other processors (binfmt_misc), which making the image takes. ` +
        'It can be made on another PC, or on a 64-bit Raspberry Pi.',
    );
  }
}

function unregister() {
  const file = path.join(BINFMT, NAME);
  if (existsSync(file)) writeFileSync(file, '-1');
}

/** Whether somebody else has registered one that works. */
async function hasInterpreter() {
  for (const name of readdirSync(BINFMT).filter((one) => one !== 'register' && one !== 'status')) {
    const { interpreter, isForArm64 } = parseInterpreter(readFileSync(path.join(BINFMT, name), 'utf8'));
    if (isForArm64 && (await majorOf(interpreter)) >= OLDEST_MAJOR) return true;
  }
  return false;
}

/** @param {string} interpreter */
async function majorOf(interpreter) {
  if (!existsSync(interpreter)) return 0;
  return qemuMajor((await run(interpreter, ['--version'], { output: 'keep' })).output);
}

/**
 * @param {{ cache: string, sources: readonly string[], debianArch: string }} options
 * @returns {Promise<string>} Debian 13's own, which needs no library
 */
async function fetchInterpreter({ cache, sources, debianArch }) {
  const file = path.join(cache, `qemu-aarch64-${SUITE}-${debianArch}`);
  if ((await majorOf(file)) >= OLDEST_MAJOR) return file;
  console.log("Fetching Debian 13's qemu-user.");
  const folder = `${file}.draft`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  try {
    await ask('mmdebstrap', [
      ...['--variant=extract', `--architectures=${debianArch}`, '--include=qemu-user'],
      ...['--skip=check/qemu', SUITE, folder, ...sources],
    ]);
    copyFileSync(path.join(folder, 'usr', 'bin', 'qemu-aarch64'), `${file}.new`);
    renameSync(`${file}.new`, file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const major = await majorOf(file);
  if (major < OLDEST_MAJOR) throw new SetupError(`Debian's qemu-user is version ${major}; ${OLDEST_MAJOR} is needed.`);
  return file;
}
