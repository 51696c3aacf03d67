/** What the programme is doing. Shown verbatim on the page, in the status and in the log. */
export type ProgrammeState = 'starting' | 'live' | 'lost' | 'fallback';

/** What the next state follows from. */
export interface StateFacts {
  /** Whether the source delivers blocks. */
  flowing: boolean;
  /** How long it has not, in ms; since the start when it never has. */
  silentForMs: number;
}

/**
 * The next state of the programme: `live` while the source delivers; `lost` for `graceMs` when it stops; then `fallback`.
 * A box whose source has never delivered is `starting` for the same time.
 */
export function nextState(state: ProgrammeState, facts: StateFacts, graceMs: number): ProgrammeState {
  if (facts.flowing) return 'live';
  if (state === 'fallback' || facts.silentForMs >= graceMs) return 'fallback';
  return state === 'starting' ? 'starting' : 'lost';
}
