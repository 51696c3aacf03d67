import type { LevelEntry, LevelHistory } from '../../desk/contract.ts';
import { clock, dbfs, duration } from './units.ts';

/** What is marked, each in a lane of its own. */
export type Lane = 'lost' | 'silent' | 'clipping';

/** Entries in a row with the same mark. */
export interface Spell {
  readonly lane: Lane;
  /** Its first entry, and the one after its last. */
  readonly from: number;
  readonly to: number;
}

/** A point of the curve: the loudest of some entries, and the highest average. */
export interface Column {
  readonly from: number;
  readonly peakDbfs: number;
  readonly rmsDbfs: number;
}

/** The lanes in the order in which they are drawn. */
export const LANES: readonly Lane[] = ['lost', 'silent', 'clipping'];

const LANE_OF: Readonly<Record<LevelEntry['marks'][number], Lane>> = {
  lost: 'lost',
  fallback: 'lost',
  silent: 'silent',
  zeros: 'silent',
  clipping: 'clipping',
};
const WORDS: Readonly<Record<Lane, string>> = { lost: 'input lost', silent: 'silent', clipping: 'clipping' };

/** The spells of all lanes, oldest first. */
export function spellsOf(entries: readonly LevelEntry[]): Spell[] {
  const found: Spell[] = [];
  for (const lane of LANES) {
    let from = -1;
    for (let at = 0; at <= entries.length; at++) {
      const marked = entries[at]?.marks.some((mark) => LANE_OF[mark] === lane) ?? false;
      if (marked && from < 0) from = at;
      if (!marked && from >= 0) {
        found.push({ lane, from, to: at });
        from = -1;
      }
    }
  }
  return found.sort((a, b) => a.from - b.from);
}

/** The entries in so many columns at most, so that a drawing is no larger than the screen. */
export function columnsOf(entries: readonly LevelEntry[], most: number): Column[] {
  const each = Math.max(1, Math.ceil(entries.length / Math.max(1, most)));
  const columns: Column[] = [];
  for (let from = 0; from < entries.length; from += each) {
    const some = entries.slice(from, from + each);
    columns.push({
      from,
      peakDbfs: Math.max(...some.map(({ peakDbfs }) => peakDbfs)),
      rmsDbfs: Math.max(...some.map(({ rmsDbfs }) => rmsDbfs)),
    });
  }
  return columns;
}

/** When an entry begins, ms since 1970; the one after the last begins when the history ends. */
export function startMs({ endsAt, stepS, entries }: LevelHistory, at: number): number {
  return Date.parse(endsAt) - (entries.length - at) * stepS * 1000;
}

/** What was in one entry: `14:05:10: loudest −12.3 dBFS, silent`. */
export function entryWords(history: LevelHistory, at: number): string {
  const entry = history.entries[at];
  if (!entry) return '';
  const lanes = LANES.filter((lane) => entry.marks.some((mark) => LANE_OF[mark] === lane));
  const facts = [`peak ${dbfs(entry.peakDbfs)}`, `average ${dbfs(entry.rmsDbfs)}`, ...lanes.map((lane) => WORDS[lane])];
  return `${clock(startMs(history, at), true)}: ${facts.join(', ')}`;
}

/** A spell in words: `14:05 to 14:08: silent, for 3 min`. */
export function spellWords(history: LevelHistory, { lane, from, to }: Spell): string {
  const begins = clock(startMs(history, from), true);
  return `${begins}: ${WORDS[lane]}, for ${duration((to - from) * history.stepS)}`;
}

/** The whole history in a sentence or two. */
export function historyWords(history: LevelHistory): string {
  const { entries, stepS } = history;
  if (entries.length === 0) return 'Nothing has been measured yet.';
  const spells = spellsOf(entries);
  const parts = LANES.flatMap((lane) => {
    const own = spells.filter((spell) => spell.lane === lane);
    if (own.length === 0) return [];
    const long = own.reduce((sum, { from, to }) => sum + to - from, 0) * stepS;
    return [`${WORDS[lane]} ${times(own.length)} (${duration(long)})`];
  });
  const loudest = entries.reduce(
    (best, { peakDbfs }, at) => (peakDbfs > (entries[best]?.peakDbfs ?? 0) ? at : best),
    0,
  );
  const what = parts.length > 0 ? parts.join(', ') : 'not lost, not silent, not clipping';
  const top = `Loudest: ${dbfs(entries[loudest]?.peakDbfs ?? 0)} at ${clock(startMs(history, loudest))}.`;
  return `In ${duration(entries.length * stepS)}: ${what}. ${top}`;
}

const times = (n: number) => (n === 1 ? 'once' : `${n} times`);

/** The moments within a time at which the clock shows full `everyMin` minutes, ms since 1970. */
export function tickTimes(fromMs: number, toMs: number, everyMin: number): number[] {
  const every = everyMin * 60_000;
  const ticks: number[] = [];
  for (let at = Math.ceil(fromMs / every) * every; at <= toMs; at += every) ticks.push(at);
  return ticks;
}
