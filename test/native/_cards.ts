import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));
export const buildDir = fileURLToPath(new URL('../../native/build/test/', import.meta.url));
export const coreDir = fileURLToPath(new URL('../../native/core/', import.meta.url));

/** No child process of these tests lives longer; none comes near. */
const PATIENCE_MS = 60_000;

/** Compiles C files of this folder and of the core into `buildDir`, whole or not at all, and returns the path. */
export async function compile(name: string, sources: string[], flags: string[]): Promise<string> {
  await mkdir(buildDir, { recursive: true });
  // Several test files may want the same at once: each makes its own, and the last one to be renamed stays.
  const folder = await mkdtemp(join(buildDir, 'making-'));
  const made = join(folder, name);
  const warnings = ['-Wall', '-Wextra', '-Wshadow', '-Werror'];
  await run('cc', ['-D_GNU_SOURCE', '-g', ...warnings, ...sources, ...flags, '-o', made], { cwd: here });
  const path = join(buildDir, name);
  await rename(made, path);
  await rm(folder, { recursive: true });
  return path;
}

/** The scripted sound card and its mixer, as an environment for processes that shall find them. */
export async function scriptedCards(): Promise<NodeJS.ProcessEnv> {
  const sources = ['scripted_card.c', 'card_script.c'];
  const flags = ['-std=gnu11', '-O1', '-DPIC', '-fPIC', '-shared', '-lasound'];
  const card = await compile('libasound_module_pcm_scripted.so', sources, flags);
  const mixer = await compile('libasound_module_ctl_scripted.so', ['scripted_mixer.c'], flags);
  return { ...process.env, ALSA_CONFIG_PATH: alsaConfig, SCRIPTED_CARD: card, SCRIPTED_MIXER: mixer };
}

/** ALSA's own configuration with the cards of the tests. */
export const alsaConfig = `/usr/share/alsa/alsa.conf:${join(here, 'cards.conf')}`;

/** How a child process ended. */
export interface Ended {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

/** Children at a time: these capture in real time, and AVA starts all tests of a file at once. */
const AT_ONCE = 3;
const waiting: (() => void)[] = [];
let running = 0;

/** Runs a program to its end, or kills it when it does not come. */
export async function runToEnd(file: string, args: string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  if (running >= AT_ONCE) await new Promise<void>((go) => waiting.push(go));
  running++;
  try {
    return await spawnToEnd(file, args, env);
  } finally {
    running--;
    waiting.shift()?.();
  }
}

function spawnToEnd(file: string, args: string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (text) => (stdout += text));
    child.stderr.on('data', (text) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, stdout, stderr });
    });
  });
}

/**
 * Runs a script of this folder in a process of its own: alsa-lib reads the environment of the process, which
 * a test file in a worker thread cannot change, and a crash is a result here and not the end of the tests.
 */
export function runScript(script: string, task: unknown, env: NodeJS.ProcessEnv): Promise<Ended> {
  return runToEnd(process.execPath, [join(here, script), JSON.stringify(task)], env);
}
