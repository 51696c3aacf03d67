import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../test/support/processes.ts';

/** How long the compiler may take for one file, in ms. */
const COMPILE_MS = 60_000;

/** Programs of this folder that are written in C, as files. */
export interface Programs {
  floor: string;
  load: string;
  churn: string;
  /** Removes them. */
  remove(): void;
}

/** Compiles the C programs of this folder into a temporary one. Throws with the compiler's words when one does not compile. */
export async function buildPrograms(): Promise<Programs> {
  const directory = mkdtempSync(join(tmpdir(), 'boardfeed-fanout-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    const [floor, load, churn] = await Promise.all(['floor', 'load', 'churn'].map((name) => compile(name, directory)));
    if (!floor || !load || !churn) throw new Error('unreachable');
    return { floor, load, churn, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

async function compile(name: string, directory: string): Promise<string> {
  const program = join(directory, name);
  const source = fileURLToPath(new URL(`${name}.c`, import.meta.url));
  const { child, output } = run('cc', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', program, source], {
    timeout: COMPILE_MS,
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${name}.c does not compile:\n${output()}`);
  return program;
}
