import { table } from '../table.ts';

/** Something that has to hold. */
export interface Goal {
  what: string;
  limit: string;
  measured: string;
  /** Undefined when it was not measured. */
  met: boolean | undefined;
}

/** The measured value may be `limit` at most; Infinity stands for what never happened, NaN for what was not measured. */
export function limitGoal(what: string, measured: number, limit: number): Goal {
  const digits = limit < 100 ? 2 : 0;
  return {
    what,
    limit: `≤ ${limit}`,
    measured: Number.isNaN(measured) ? '-' : measured === Number.POSITIVE_INFINITY ? 'never' : measured.toFixed(digits),
    met: Number.isNaN(measured) ? undefined : measured <= limit,
  };
}

export function goalsTable(goals: readonly Goal[]): string {
  const answer = (met: boolean | undefined) => (met === undefined ? 'not measured' : met ? 'yes' : 'no');
  const rows = goals.map(({ what, limit, measured, met }) => [what, limit, measured, answer(met)]);
  return table(['', 'goal', 'measured', 'met'], rows);
}
