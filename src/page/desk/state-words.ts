import type { Status } from '../../http/status.ts';
import { CAUSES, FALLBACKS } from '../causes.ts';

/** How good a state is. */
export type Mood = 'good' | 'warn' | 'bad' | 'wait';

/** The state of the feed in words, for those who can do something about it. */
export function stateWords({ programme, source }: Pick<Status, 'programme' | 'source'>): {
  mood: Mood;
  words: string;
  /** What the box itself says, or where the sound comes from. */
  detail: string;
} {
  const cause = programme.problem ? (CAUSES[programme.problem.cause] ?? 'see below') : 'no sound yet';
  const problem = programme.problem?.message ?? '';
  if (programme.state === 'starting') return { mood: 'wait', words: `Starting: ${cause}.`, detail: problem };
  if (programme.state === 'lost') {
    return { mood: 'bad', words: `Input lost: ${cause}. Silence is sent.`, detail: problem };
  }
  if (programme.state === 'fallback') {
    const heard = FALLBACKS[programme.fallback];
    return {
      mood: 'bad',
      words: `No input: ${cause}. Listeners hear ${heard} until it is back.`,
      detail: problem,
    };
  }
  const detail = source.name ? `From ${source.name}` : '';
  if (source.kind === 'demo') {
    const why = source.wanted === 'auto' ? ': no sound card is plugged in' : '';
    return { mood: 'warn', words: `Demo signal${why}.`, detail };
  }
  if (programme.level === 'silent') return { mood: 'warn', words: 'On air, but silent.', detail };
  if (programme.level === 'zeros') {
    return { mood: 'warn', words: 'On air, but nothing comes from the mixer: not even noise.', detail };
  }
  if (programme.level === 'clipping') {
    return { mood: 'bad', words: 'On air, but too loud: the sound is clipping.', detail };
  }
  return { mood: 'good', words: 'On air.', detail };
}
