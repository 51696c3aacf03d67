import type { Config } from './schema.ts';

/** Rules of `[[push]]` that no key can state alone. */
export function pushFaults(config: Config): string[] {
  const found: string[] = [];
  const firstWith = new Map<string, number>();
  for (const [index, { url, format, ca_file: caFile }] of config.push.entries()) {
    const name = `push[${index + 1}]`;
    if (!config[format].enabled) {
      found.push(`${name}.format = ${JSON.stringify(format)}: expected a format that is enabled (${format}.enabled)`);
    }
    if (caFile !== '' && !url.startsWith('https:')) {
      found.push(`${name}.ca_file = ${JSON.stringify(caFile)}: expected "" for an address that begins with http://`);
    }
    // Two sources cannot have the same mount: each would keep the other one out for ever.
    const { href } = new URL(url);
    const first = firstWith.get(href);
    if (first === undefined) firstWith.set(href, index + 1);
    else found.push(`${name}.url = ${JSON.stringify(url)}: expected another address than that of push[${first}]`);
  }
  return found;
}
