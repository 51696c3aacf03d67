import { hostname, networkInterfaces } from 'node:os';

/** The addresses under which the box can be opened, best first: names, then numbers. `port` 80 is left out. */
export function openAddresses(
  host: string,
  port: number,
  interfaces = networkInterfaces(),
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
