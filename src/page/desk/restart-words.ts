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
export function waitWords(s: number): string {
  if (s < LONG_S) return 'Restarting. This page comes back by itself.';
  return 'The box has not come back for more than a minute. Look at its light and its plug. Still trying…';
}
