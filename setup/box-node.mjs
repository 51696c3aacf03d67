import { existsSync } from 'node:fs';
import path from 'node:path';
import { run } from './child.mjs';
import { childEnv, pinnedNode, projectDir } from './machine.mjs';

/**
 * What the pinned Node is told when it runs the box. Both are for memory, measured with `npm run bench:cost`: the young
 * generation of V8's heap need not be larger for the little that the box throws away, and with the code cache neither the
 * TypeScript stripper nor most of V8's compiler ever come into memory.
 */
export const BOX_NODE_FLAGS = ['--max-semi-space-size=1'];

const CODE_CACHE = path.join(projectDir, 'node_modules', '.cache', 'boardfeed');

/** @returns {NodeJS.ProcessEnv} the environment in which the pinned Node runs the box */
export function boxEnv(env = childEnv()) {
  return { ...env, NODE_COMPILE_CACHE: CODE_CACHE };
}

/** Fills the code cache when there is none, so that already the first start of the box is as small as all others. */
export async function warmCodeCache() {
  if (existsSync(CODE_CACHE)) return;
  const load = `await import(${JSON.stringify(path.join(projectDir, 'src', 'appliance.ts'))})`;
  const args = [...BOX_NODE_FLAGS, '--input-type=module', '--eval', load];
  // Should this fail, the start that follows fails for the same reason, and says it better.
  await run(pinnedNode().binary, args, { env: boxEnv(), output: 'keep' });
}
