import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { promisify } from 'node:util';

/** Finds all addresses of a host. */
export type FindAddresses = (host: string) => Promise<LookupAddress[]>;

const findBySystem: FindAddresses = (host) => promisify(systemLookup)(host, { all: true });

/**
 * Finds hosts as the system does (getaddrinfo: DNS, /etc/hosts, mDNS), one at a time. With no network that may take half a
 * minute, and it holds one of the four threads that Node has for such work, which the box needs for files.
 */
export function lookupOneAtATime(find: FindAddresses = findBySystem): LookupFunction {
  const asked = new Map<string, Promise<LookupAddress[]>>();
  let last: Promise<unknown> = Promise.resolve();
  const ask = (host: string): Promise<LookupAddress[]> => {
    const pending = asked.get(host);
    if (pending) return pending;
    const answer = last.then(() => find(host)).finally(() => asked.delete(host));
    asked.set(host, answer);
    last = answer.catch(() => {}); // Whoever asked is told; the next one only waits for the end.
    return answer;
  };
  return (host, { all }, callback) => {
    ask(host).then(
      (addresses) => {
        const [first] = addresses;
        if (all) callback(null, addresses);
        else callback(null, first?.address ?? '', first?.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
}
