import { isIPv6 } from 'node:net';
import { machineInterfaces } from '../network-interfaces.ts';

/** Addresses of the box come and go with its router. */
const LOOK_UP_EVERY_MS = 60_000;

/**
 * Who counts as one address. An IPv4 address is itself, also where it comes in the clothes of IPv6 (`::ffff:192.0.2.1`).
 * An IPv6 address from elsewhere stands for its /64, which is one household or one phone. Where a whole hall shares a /64, each
 * address stands for itself: in the box's own networks, in private ones (`fc00::/7`) and on the link (`fe80::/10`).
 *
 * @param own IPv6 addresses of the box
 */
export function addressKey(address: string, own: readonly string[]): string {
  const [bare = ''] = address.toLowerCase().split('%');
  const mapped = bare.match(/^::ffff:(\d+\.\d+\.\d+\.\d+)$/)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(bare) || bare === '::1') return bare;
  const network = prefix64(bare);
  if (/^f[cd]|^fe[89ab]/.test(network) || own.some((mine) => prefix64(mine) === network)) return bare;
  return `${network}::/64`;
}

/** Makes `addressKey` for this machine, whose own addresses it looks up now and then. */
export function addressKeys(): (address: string) => string {
  let own: string[] = [];
  let lookedUpAtMs = Number.NEGATIVE_INFINITY;
  return (address) => {
    if (performance.now() - lookedUpAtMs > LOOK_UP_EVERY_MS) {
      lookedUpAtMs = performance.now();
      own = Object.values(machineInterfaces())
        .flatMap((entries) => entries ?? [])
        .filter(({ family }) => family === 'IPv6')
        .map((entry) => entry.address);
    }
    return addressKey(address, own);
  };
}

/** Whether an address is the box's own loopback: a reverse proxy on the box speaks for everybody from there. */
export function isLoopback(key: string): boolean {
  return key === '::1' || /^127\.\d+\.\d+\.\d+$/.test(key);
}

/** The first four groups of an IPv6 address, each with four digits. */
function prefix64(address: string): string {
  const [before = '', after] = address.split('::');
  const head = before.split(':').filter((group) => group !== '');
  const tail = (after ?? '').split(':').filter((group) => group !== '');
  // A dotted quad at the end is two groups.
  const tailGroups = tail.length + (tail.at(-1)?.includes('.') ? 1 : 0);
  const zeros = after === undefined ? 0 : 8 - head.length - tailGroups;
  const groups = [...head, ...Array<string>(Math.max(0, zeros)).fill('0'), ...tail];
  return groups
    .slice(0, 4)
    .map((group) => group.padStart(4, '0'))
    .join(':');
}
