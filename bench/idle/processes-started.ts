import { createRequire } from 'node:module';

/*
 * Counts how often this process starts others. Imported before whatever starts them: those who take their functions from the
 * module's object get the counting ones.
 */
const children = createRequire(import.meta.url)('node:child_process');
let count = 0;
/** One function calls another: only the outermost counts. */
let depth = 0;

for (const name of ['exec', 'execFile', 'spawn', 'execSync', 'execFileSync', 'spawnSync']) {
  const real = children[name];
  children[name] = (...args: unknown[]) => {
    if (depth === 0) count++;
    depth++;
    try {
      return real(...args);
    } finally {
      depth--;
    }
  };
}

/** How many have been started. */
export function numberedCalls(): number {
  return count;
}
