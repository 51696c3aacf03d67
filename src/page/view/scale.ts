/** Where a level stands on the scale: dBFS, and the part of the length. Below the first there is nothing (IEC 60268-18). */
const POINTS: readonly (readonly [dbfs: number, part: number])[] = [
  [-70, 0],
  [-60, 0.025],
  [-50, 0.075],
  [-40, 0.15],
  [-30, 0.3],
  [-20, 0.5],
  [0, 1],
];

/** The numbers beside the scale, dBFS. */
export const NUMBERS_DBFS: readonly number[] = [-40, -30, -20, -10, 0];

/** Part of the scale's length at which a level stands, 0 to 1: loud levels have most of the room. */
export function partOf(dbfs: number): number {
  for (const [index, [highDbfs, highPart]] of POINTS.entries()) {
    if (dbfs >= highDbfs) continue;
    const [lowDbfs, lowPart] = POINTS[index - 1] ?? [highDbfs, highPart];
    if (lowDbfs === highDbfs) return highPart;
    return lowPart + ((dbfs - lowDbfs) / (highDbfs - lowDbfs)) * (highPart - lowPart);
  }
  return 1;
}

/** Below this a level is called minus infinity, dBFS: no sound card hisses so little. */
const NOTHING_DBFS = -120;

/** A level as a number with a real minus sign. */
export function levelAsNumber(dbfs: number): string {
  if (dbfs <= NOTHING_DBFS) return '−∞';
  const rounded = Math.round(dbfs);
  return rounded < 0 ? `−${-rounded}` : '0';
}
