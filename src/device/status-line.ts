import type { SourceStatus } from '../capture/supervisor.ts';
import type { ProgrammeStatus } from '../programme/programme.ts';

/**
 * How the box is, in one line and in its own words: for `systemctl status`.
 *
 * @param fallback what plays on fallback
 * @param conditions names of what is wrong with the machine
 */
export function statusLine(
  { state, level, problem }: Pick<ProgrammeStatus, 'state' | 'level' | 'problem'>,
  fallback: string,
  kind: SourceStatus['kind'],
  conditions: readonly string[],
): string {
  const machine = conditions.length > 0 ? ` (${conditions.join(', ')})` : '';
  if (state === 'live') return `live: ${kind === 'demo' ? 'demo signal' : level}${machine}`;
  const words = state === 'fallback' ? `fallback to ${fallback}` : state;
  return `${words}${problem ? `: ${problem.message}` : ''}${machine}`;
}
