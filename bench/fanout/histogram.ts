/** Times as the load generator counts them: lower bound and width of a bucket in µs, and how many lay in it; ascending. */
export type Bucket = readonly [lowUs: number, widthUs: number, count: number];

/** The time in ms below which the given share (0 to 1) of all lies, spread evenly within a bucket; NaN when there are none. */
export function quantileMs(buckets: readonly Bucket[], share: number): number {
  const total = buckets.reduce((sum, [, , count]) => sum + count, 0);
  let left = share * total;
  for (const [lowUs, widthUs, count] of buckets) {
    if (left <= count) return (lowUs + (widthUs * left) / count) / 1000;
    left -= count;
  }
  return Number.NaN;
}

/** The times of several measurements together. */
export function mergeBuckets(all: readonly (readonly Bucket[])[]): Bucket[] {
  const merged = new Map<number, Bucket>();
  for (const [lowUs, widthUs, count] of all.flat()) {
    merged.set(lowUs, [lowUs, widthUs, count + (merged.get(lowUs)?.[2] ?? 0)]);
  }
  return [...merged.values()].sort(([a], [b]) => a - b);
}
