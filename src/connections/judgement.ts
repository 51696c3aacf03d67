/** The limits of one format's listeners, ms. */
export interface Limits {
  /** How much of the stream may wait for a listener. */
  readonly backlogMs: number;
  /** How long a listener whose backlog is full may take nothing. */
  readonly stallMs: number;
  /** How long a listener's machine may leave unanswered what was sent to it. */
  readonly deadAfterMs: number;
}

/** What is known of a listener at the moment of judgement, ms. */
export interface Evidence {
  /** Age of the oldest chunk since which the listener has given no sign of life; 0 when it has taken everything. */
  readonly quietMs: number;
  /** Age of the oldest chunk that its machine has not acknowledged as a whole; 0 when it has everything. */
  readonly behindMs: number;
  /** How long its machine has left unanswered what is under way to it; 0 when nothing is. */
  readonly unansweredMs: number;
}

/** For so much of the time that a listener lags it must have been silent to be called silent. */
const MOST = 0.75;

/**
 * Whether a listener is to be removed, and why.
 *
 * A frozen listener's oldest untaken chunk is `backlogMs` old when its backlog is full, and `stallMs` later the listener has
 * stalled: at every bitrate, whatever the kernel holds. Whoever takes something but lies as far behind is too slow for the
 * stream. A machine that acknowledges on behalf of a frozen program is told from one that is not there any more.
 */
export function judge(evidence: Evidence, limits: Limits): 'stalled' | 'half-open' | 'too far behind' | undefined {
  const { quietMs, behindMs, unansweredMs } = evidence;
  if (Math.min(unansweredMs, behindMs) > limits.deadAfterMs) return 'half-open';
  const lagMs = Math.max(quietMs, behindMs);
  if (lagMs <= limits.backlogMs + limits.stallMs) return undefined;
  if (unansweredMs > MOST * lagMs) return 'half-open';
  return quietMs > MOST * lagMs ? 'stalled' : 'too far behind';
}

/** How long it takes at least until a listener that goes on like this is to be removed, ms. */
export function timeLeftMs({ quietMs, behindMs }: Evidence, { backlogMs, stallMs, deadAfterMs }: Limits): number {
  return Math.max(0, Math.min(backlogMs + stallMs - Math.max(quietMs, behindMs), deadAfterMs - behindMs));
}
