/** Where the box listens when its configuration does not say: `http.port` of `config/schema.ts`. */
export const DEFAULT_PORT = 8000;
/** Where a new box of the package listens. */
const PACKAGE_PORT = 80;

/**
 * Where the page that says why the box is off air may be, best first: where the box itself would be, else its default. The
 * configuration may be no TOML any more, so this reads lines.
 *
 * @param text the configuration; undefined: it cannot be read
 */
export function portsToTry(text: string | undefined): number[] {
  if (text === undefined) return [PACKAGE_PORT, DEFAULT_PORT];
  return [...new Set([portIn(text) ?? DEFAULT_PORT, DEFAULT_PORT])];
}

function portIn(text: string): number | undefined {
  let section = '';
  for (const line of text.split('\n')) {
    section = /^\s*\[\s*([\w-]+)\s*\]/.exec(line)?.[1] ?? section;
    const digits = /^\s*(?:(http)\s*\.\s*)?port\s*=\s*(\d{1,5})\s*(?:#.*)?$/.exec(line);
    const port = Number(digits?.[2]);
    if (digits !== null && (digits[1] ?? section) === 'http' && port >= 1 && port <= 65535) return port;
  }
  return undefined;
}
