import path from 'node:path';
import { run } from './child.mjs';
import { childEnv, pinnedNode, projectDir, SetupError } from './machine.mjs';
import { filesBelow, fingerprint, isStamped, writeStamp } from './stamp.mjs';

/**
 * What the pinned Node is told when it runs the box. Both are for memory, measured with `npm run bench:cost`: the young
 * generation of V8's heap need not be larger for the little that the box throws away, and with the code cache neither the
 * TypeScript stripper nor most of V8's compiler ever come into memory.
 */
export const BOX_NODE_FLAGS = ['--max-semi-space-size=1'];

/** What comes into memory at some time: all that is imported lazily, and what imports it. Below `src`. */
export const CODE_CACHE_FILES = [
  'main.ts',
  'box.ts',
  'log.ts',
  'http/addresses.ts',
  'http/metrics.ts',
  'hash-password.ts',
  'boot-partition/import-settings.ts',
  'push/pushes.ts',
  'desk/settings.ts',
  'desk/parts.ts',
  'config/edit.ts',
  'device/panel/panel.ts',
  'device/panel/gpio-setup.ts',
  'device/watchdog/watchdog.ts',
  'device/watchdog/service-manager.ts',
  'rescue/rescue.ts',
];

const CODE_CACHE = path.join(projectDir, 'node_modules', '.cache', 'boardfeed');

/** @returns {NodeJS.ProcessEnv} the environment in which the pinned Node runs the box */
export function boxEnv(env = childEnv()) {
  return { ...env, NODE_COMPILE_CACHE: CODE_CACHE };
}

/**
 * Fills the code cache when the sources, the npm packages or the pinned Node have changed, so that the start after a change
 * is as small as all others.
 */
export async function warmCodeCache() {
  const sources = filesBelow(path.join(projectDir, 'src'), (name) => !name.startsWith('.'));
  const facts = { node: pinnedNode().version(), flags: BOX_NODE_FLAGS.join(' ') };
  const mark = fingerprint(facts, [path.join(projectDir, 'package-lock.json'), ...sources]);
  const stamp = path.join(CODE_CACHE, '.stamp');
  if (isStamped(stamp, mark)) return;
  /** @param {string} file */
  const load = (file) => `await import(${JSON.stringify(path.join(projectDir, 'src', file))});`;
  const code = CODE_CACHE_FILES.map(load).join('');
  // The program's own argument makes it print and end instead of going on air.
  const args = [...BOX_NODE_FLAGS, '--input-type=module', '--eval', code, 'boardfeed', '--version'];
  const ended = await run(pinnedNode().binary, args, { env: boxEnv(), output: 'keep' });
  if (ended.interrupted) throw new SetupError('Interrupted.', 130);
  // Should this fail, the start that follows fails for the same reason, and says it better.
  if (ended.code === 0) writeStamp(stamp, mark);
}
