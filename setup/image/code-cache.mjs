import path from 'node:path';
import { toolOf } from '../package/addons.mjs';
import { ask } from '../package/sysroot.mjs';

/** Bits of AT_HWCAP (Linux, arch/arm64/include/uapi/asm/hwcap.h). */
const [FP, ASIMD, EVTSTRM, AES, PMULL, SHA1, SHA2, CRC32, CPUID] = /** @type {const} */ ([
  1, 2, 4, 8, 16, 32, 64, 128, 2048,
]);
/** What all processors of the boards can do. */
const BOARDS = FP | ASIMD | EVTSTRM | CRC32 | CPUID;

/** The processors that the image is for: the boards, and QEMU's Cortex-A53 and A72, which can do more. */
export const PROCESSORS = [BOARDS, BOARDS | AES | PMULL | SHA1 | SHA2];

/**
 * Compiles what tells Node which processor it is to believe in, see `image/abilities.c`.
 *
 * @param {string} source
 * @param {string} to
 * @param {{ architecture: import('../package/sysroot.mjs').Architecture, sysroot: string }} options
 */
export async function compileAbilities(source, to, { architecture, sysroot }) {
  const flags = ['-std=c11', '-O2', '-fPIC', '-shared', '-Wall', '-Werror'];
  await ask(toolOf(architecture, 'gcc'), [`--sysroot=${sysroot}`, ...flags, path.resolve(source), '-o', to]);
}

/**
 * What fills the code cache, for each kind of processor: as the service does it, and apart from that as root does it before the
 * service starts.
 *
 * @param {string} abilities where the compiled file is, in the root
 * @param {readonly string[]} nodeFlags
 * @returns {string[]} lines for a shell in the root
 */
export function warmingScript(abilities, nodeFlags) {
  const node = ['/usr/lib/boardfeed/bin/node', ...nodeFlags, '/usr/lib/boardfeed/warm.mjs', '--version'].join(' ');
  const asBox = 'setpriv --reuid=boardfeed --regid=boardfeed --clear-groups --no-new-privs';
  const caches = /** @type {const} */ ([
    [asBox, '/var/cache/boardfeed'],
    ['', '/usr/lib/boardfeed/cache'],
  ]);
  return [
    // What the package's own script has made believes in this machine's processor.
    'rm -rf /var/cache/boardfeed/* /usr/lib/boardfeed/cache',
    ...PROCESSORS.flatMap((hwcap) =>
      caches.map(([as, cache]) =>
        `${as} env LD_PRELOAD=${abilities} BOARDFEED_HWCAP=${hwcap.toString(16)} NODE_COMPILE_CACHE=${cache} ${node}`.trim(),
      ),
    ),
  ];
}
