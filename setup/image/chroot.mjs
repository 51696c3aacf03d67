import { ask } from '../package/sysroot.mjs';

/**
 * The processor that is emulated: a Pi 3 and a Zero 2 W have this one. V8 notes in its code cache which abilities it has, and takes
 * no cache of a processor with others.
 */
const CPU = 'cortex-a53';

/** Its own mounts: they are gone with the script, however that ends. What is in memory leaves nothing behind. */
const ENTER = [
  'set -e',
  'mount -t proc proc "$1/proc"',
  'mount --bind /dev "$1/dev"',
  'for folder in tmp run; do mount -t tmpfs tmpfs "$1/$folder"; done',
  'exec chroot "$1" /bin/sh -euc "$2"',
].join('\n');

/**
 * Runs a shell script as root of another system.
 *
 * @param {string} root its folder
 * @param {string} script
 * @param {Record<string, string>} [variables]
 * @returns {Promise<string>} what it printed
 * @throws {import('../machine.mjs').SetupError} when it fails
 */
export function inRoot(root, script, variables = {}) {
  const env = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    LC_ALL: 'C.UTF-8',
    DEBIAN_FRONTEND: 'noninteractive',
    QEMU_CPU: CPU,
    ...variables,
  };
  return ask('unshare', ['--mount', '--propagation=private', '--', 'sh', '-c', ENTER, 'sh', root, script], { env });
}
