/** The addresses of the box for somebody else's phone. Each ends with `/`. */
export interface Places {
  readonly byName: string | undefined;
  readonly byNumber: string | undefined;
}

const IPV4 = /^\d+\.\d+\.\d+\.\d+$/;
const isIpv6 = (host: string) => host.startsWith('[');
const isNumber = (host: string) => IPV4.test(host) || isIpv6(host);
/** Reaches only the machine that asks. */
const isLoopback = (host: string) => host === 'localhost' || host.startsWith('127.') || host === '[::1]';

/**
 * Picks the address by name and the one by number: the one in the address bar (`here`) first, since it is known to work, then those
 * that the box knows, IPv4 before IPv6. An address that reaches only the machine that asks is of no use to another phone: it
 * is taken only when there is no other.
 */
export function pickPlaces(known: readonly string[], here: string): Places {
  const all = [here, ...known].map((address) => new URL('/', address));
  const useful = all.filter(({ hostname }) => !isLoopback(hostname));
  const hosts = useful.length > 0 ? useful : all;
  const byName = hosts.find(({ hostname }) => !isNumber(hostname));
  const byNumber = hosts.find(({ hostname }) => IPV4.test(hostname)) ?? hosts.find(({ hostname }) => isIpv6(hostname));
  return { byName: byName?.href, byNumber: byNumber?.href };
}
