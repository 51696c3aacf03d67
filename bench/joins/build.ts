import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../test/support/processes.ts';

/** How long the compiler may take, ms. */
const COMPILE_MS = 60_000;

/** Compiles one file of C into a temporary folder. Throws with the compiler's words when it does not compile. */
export async function buildProgram(
  source: URL,
  libraries: readonly string[],
): Promise<{ program: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'boardfeed-build-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const program = join(folder, 'program');
  const flags = ['-std=c11', '-O2', '-Wall', '-Wextra', '-Werror'];
  const { child, output } = run('cc', [...flags, '-o', program, fileURLToPath(source), ...libraries], {
    timeout: COMPILE_MS,
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code === 0) return { program, remove };
  remove();
  throw new Error(`${fileURLToPath(source)} does not compile:\n${output()}`);
}
