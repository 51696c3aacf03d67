/** A title as it is set, and as a listener sees it. */
export interface Title {
  readonly set: string;
  readonly shown: string;
}

/** The name of the feed, which is shown when there is no title. */
export const STATION_NAME = 'The Böx of "Dur\'s"';
/** A block of 255 × 16 bytes without `StreamTitle='` and `';`. */
const MOST_BYTES = 255 * 16 - 13 - 2;

const as = (set: string, shown = set): Title => ({ set, shown });

/** Titles that are hard on readers of ICY, and one that is not; no two alike, except for those without a title. */
const KINDS: ReadonlyArray<(mark: string) => Title> = [
  (mark) => as(`Hymn ${mark}`),
  (mark) => as(`"Don't" & 'more' ${mark}`),
  (mark) => as(`It';s StreamUrl='x'; ${mark}`, `It\u2019;s StreamUrl='x\u2019; ${mark}`),
  (mark) => as(`Bläser 日本 🎺 ${mark}`),
  (mark) => as(`${mark} ${'x'.repeat(3900)}`),
  () => as('', STATION_NAME),
  (mark) => as(`${mark};;='the boys'`),
  (mark) => as(`${mark} ${'ä'.repeat(3900)}`, `${mark} ${'ä'.repeat(Math.floor((MOST_BYTES - mark.length - 1) / 2))}`),
];

/** Title number `index`. */
export function titleNumber(index: number): Title {
  const kind = KINDS[index % KINDS.length];
  if (!kind) throw new Error('there is always one');
  return kind(`#${index}`);
}
