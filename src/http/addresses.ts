import { hostname } from 'node:os';
import { machineInterfaces } from '../network-interfaces.ts';

/** The addresses under which the box can be opened, best first: names, then numbers. `port` 80 is left out. */
export function openAddresses(
  host: string,
  port: number,
  interfaces = machineInterfaces(),
  name = hostname(),
): string[] {
  const url = (at: string) => `http://${at}${port === 80 ? '' : `:${port}`}/`;
  if (host !== '' && host !== '0.0.0.0' && host !== '::') return [url(host.includes(':') ? `[${host}]` : host)];
  const numbers = Object.values(interfaces)
    .flat()
    .filter((entry) => entry !== undefined && !entry.internal && entry.family === 'IPv4')
    .map((entry) => url(entry?.address ?? ''));
  return [...numbers, url('localhost')].concat(
    name.includes('.') || name === 'localhost' ? [] : [url(`${name}.local`)],
  );
}

/** Networks come and go, but need not be asked for at every question, ms. */
const ASK_AGAIN_MS = 10_000;

/** The same as others reach it, for a page to show: by name first, then by number. It is asked anew every ten seconds at most. */
export function addressesToShow(host: string, port: number): () => string[] {
  let askedMs = Number.NEGATIVE_INFINITY;
  let known: string[] = [];
  return () => {
    if (performance.now() - askedMs < ASK_AGAIN_MS) return known;
    askedMs = performance.now();
    const isName = (address: string) => address.includes('.local');
    const addresses = openAddresses(host, port).filter((address) => !address.startsWith('http://localhost'));
    known = [...addresses.filter(isName), ...addresses.filter((address) => !isName(address))];
    return known;
  };
}
