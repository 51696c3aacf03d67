const FULL_PERCENT = 100;

/** Gain of a place of the slider: its square, since ears hear ratios. Half way is −12 dB. */
export const gainOf = (percent: number): number => (percent / FULL_PERCENT) ** 2;

/** A remembered place of the slider; the full volume when there is none that makes sense. */
export function percentOf(remembered: string | undefined): number {
  const percent = remembered === undefined || remembered === '' ? Number.NaN : Number(remembered);
  return percent >= 0 && percent <= FULL_PERCENT ? Math.round(percent) : FULL_PERCENT;
}
