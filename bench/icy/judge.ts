import type { TitledListener } from './titled.ts';
import type { Title } from './titles.ts';

/** A title that was set, and where the plain listener was before and after, bytes. */
export interface SetTitle extends Title {
  readonly from: number;
  readonly to: number;
}

/** What one listener saw. */
export interface Sight {
  /** Titles that it had to see, and saw. */
  seen: number;
  /** The most that lay between the setting of a title and its block, in blocks. */
  worstBlocks: number;
  faults: string[];
}

/** Whether a listener saw the titles that it should, each where it should. */
export function judge(listener: TitledListener, titles: readonly SetTitle[]): Sight {
  const { fault, begin, joinedAt, metaBytes, end, found } = listener;
  if (fault) return { seen: 0, worstBlocks: 0, faults: [fault] };
  if (begin === undefined || joinedAt === undefined) return { seen: 0, worstBlocks: 0, faults: ['it heard nothing'] };
  const faults: string[] = [];
  for (const { at, shown } of found) {
    const right = titles.some((title, index) => {
      const until = titles[index + 1]?.to ?? Number.POSITIVE_INFINITY;
      return title.shown === shown && title.from <= at && at <= until;
    });
    if (!right) faults.push(`${shorten(shown)} at byte ${at}, where it was not set`);
  }
  let [seen, worstBlocks] = [0, 0];
  for (const { shown, from, to } of titles) {
    if (from < begin || to + metaBytes > end) continue;
    const block = found.find(({ at, shown: one }) => one === shown && at >= from && at <= to + metaBytes);
    if (!block) {
      faults.push(`${shorten(shown)} was set at byte ${from} and not in the next block`);
      continue;
    }
    seen++;
    worstBlocks = Math.max(worstBlocks, (block.at - from) / metaBytes);
  }
  const soon = Math.max(joinedAt, begin) + metaBytes;
  if (end >= soon && !((found[0]?.at ?? Number.POSITIVE_INFINITY) <= soon))
    faults.push(`no title in the first block after it joined at byte ${joinedAt}`);
  return { seen, worstBlocks, faults };
}

const shorten = (text: string) => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
