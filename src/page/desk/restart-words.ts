import type { Settings } from '../../desk/contract.ts';

/** A restart that takes longer has gone wrong, as a rule, s. */
const LONG_S = 60;

/**
 * Whether the box that answers has been started anew: it was out of reach, or it has sent less than before. A restart may be
 * over before anybody sees that the box was away, and the process may be the same.
 */
export function isBack(sentBefore: number | undefined, sent: number, wasAway: boolean): boolean {
  return wasAway || (sentBefore !== undefined && sent < sentBefore);
}

/** What is said while the box is away. It changes seldom, since it is read out. */
export function waitWords(s: number, elsewhere: string | undefined): string {
  const where = elsewhere === undefined ? '' : ` It comes back at ${elsewhere}.`;
  if (s < LONG_S) return `Restarting. This page comes back by itself.${where}`;
  return `The box has not come back for more than a minute. Look at its light and its plug. Still trying…${where}`;
}

/** Where this page is found after a restart that changes its port; undefined when that stays. */
export function movedTo({ fields, waiting }: Settings, href: string): string | undefined {
  const url = new URL(href);
  const name = url.protocol === 'https:' ? 'tls.port' : 'http.port';
  const port = fields.find((field) => field.name === name)?.value;
  if (!waiting.includes(name) || typeof port !== 'number') return undefined;
  url.port = `${port}`;
  url.hash = '';
  return url.href;
}
