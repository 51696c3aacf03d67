import test from 'ava';
import { type Evidence, judge, timeLeftMs } from '../../src/connections/judgement.ts';

const LIMITS = { backlogMs: 4000, stallMs: 250, deadAfterMs: 9000 };
/** Longer than a dead machine is waited for. */
const PATIENT = { ...LIMITS, backlogMs: 60_000 };

const CASES: ReadonlyArray<readonly [string, Evidence, typeof LIMITS, ReturnType<typeof judge>]> = [
  ['has everything', { quietMs: 0, behindMs: 0, unansweredMs: 0 }, LIMITS, undefined],
  ['pauses for as long as it may', { quietMs: 4250, behindMs: 4250, unansweredMs: 0 }, LIMITS, undefined],
  ['frozen', { quietMs: 4251, behindMs: 4251, unansweredMs: 0 }, LIMITS, 'stalled'],
  ['frozen, its machine takes everything', { quietMs: 4251, behindMs: 20, unansweredMs: 20 }, LIMITS, 'stalled'],
  ['frozen, its machine answers probes', { quietMs: 4251, behindMs: 4251, unansweredMs: 1600 }, LIMITS, 'stalled'],
  ['slow, but alive', { quietMs: 500, behindMs: 4251, unansweredMs: 90 }, LIMITS, 'too far behind'],
  ['slow, at its limit', { quietMs: 500, behindMs: 4250, unansweredMs: 90 }, LIMITS, undefined],
  ['gone', { quietMs: 4251, behindMs: 4251, unansweredMs: 4251 }, LIMITS, 'half-open'],
  ['gone, what it last read is unknown', { quietMs: 3000, behindMs: 4251, unansweredMs: 4200 }, LIMITS, 'half-open'],
  ['gone, and the backlog is long', { quietMs: 9001, behindMs: 9001, unansweredMs: 9001 }, PATIENT, 'half-open'],
  ['not gone yet', { quietMs: 9000, behindMs: 9000, unansweredMs: 9000 }, PATIENT, undefined],
  ['nothing was sent for long', { quietMs: 0, behindMs: 10, unansweredMs: 60_000 }, LIMITS, undefined],
  ['pauses within a long backlog', { quietMs: 50_000, behindMs: 50_000, unansweredMs: 0 }, PATIENT, undefined],
];

for (const [name, evidence, limits, reason] of CASES)
  test(`H3: ${name}: ${reason ?? 'stays'}`, (t) => {
    t.is(judge(evidence, limits), reason);
  });

test('the time left is until the first limit that a listener can reach', (t) => {
  t.is(timeLeftMs({ quietMs: 0, behindMs: 0, unansweredMs: 0 }, LIMITS), 4250);
  t.is(timeLeftMs({ quietMs: 1000, behindMs: 20, unansweredMs: 0 }, LIMITS), 3250);
  t.is(timeLeftMs({ quietMs: 20, behindMs: 3000, unansweredMs: 0 }, LIMITS), 1250);
  t.is(timeLeftMs({ quietMs: 5000, behindMs: 0, unansweredMs: 0 }, LIMITS), 0);
  t.is(timeLeftMs({ quietMs: 1000, behindMs: 1000, unansweredMs: 0 }, PATIENT), 8000);
});
