/** What is printed of a row of figures. */
export interface Summary {
  count: number;
  median: number;
  p95: number;
  min: number;
  max: number;
  /** `max - min`. */
  spread: number;
}

/**
 * The value below which the given share (0 to 1) of the figures lies, with linear interpolation between neighbours
 * (definition 7 of Hyndman and Fan, 1996). NaN when there are none.
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function summarize(values: readonly number[]): Summary {
  const [min, max] = [quantile(values, 0), quantile(values, 1)];
  return { count: values.length, median: median(values), p95: quantile(values, 0.95), min, max, spread: max - min };
}
