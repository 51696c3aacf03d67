/** Indices of the same onset in two lists. */
export interface Pair {
  a: number;
  b: number;
}

/**
 * Matches two ascending lists of the same irregular events, each on a time scale of its own: finds the shift under which most
 * of `a` meet one of `b` within `tolerance`, and of those the one with the smallest remaining error. Events that only one of
 * the lists has do no harm. Both lists and the tolerance are in the same unit.
 */
export function matchOnsets(a: readonly number[], b: readonly number[], tolerance: number): Pair[] {
  let best: { pairs: Pair[]; error: number } = { pairs: [], error: 0 };
  for (const fromA of a) {
    for (const fromB of b) {
      const found = pairUp(a, b, fromB - fromA, tolerance);
      const more = found.pairs.length - best.pairs.length;
      if (more > 0 || (more === 0 && found.error < best.error)) best = found;
    }
  }
  return best.pairs;
}

function pairUp(a: readonly number[], b: readonly number[], shift: number, tolerance: number) {
  const pairs: Pair[] = [];
  let error = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const distance = (b[j] ?? 0) - (a[i] ?? 0) - shift;
    if (Math.abs(distance) <= tolerance) {
      pairs.push({ a: i++, b: j++ });
      error += Math.abs(distance);
    } else if (distance < 0) j++;
    else i++;
  }
  return { pairs, error };
}
