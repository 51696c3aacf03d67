/** How many letters may be wrong in a word of so many. */
const allowed = (letters: number) => (letters < 5 ? 1 : letters < 9 ? 2 : 3);

/** The word that somebody may have meant; undefined when none is near. Capitals count for nothing. */
export function nearest(typed: string, words: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const word of words) {
    const limit = Math.min(allowed(word.length), word.length - 1);
    if (Math.abs(word.length - typed.length) > limit) continue;
    const distance = distanceOf(typed.toLowerCase(), word.toLowerCase());
    if (distance <= limit && distance < least) {
      best = word;
      least = distance;
    }
  }
  return best;
}

/** How many letters must be put in, taken away or changed, or neighbours exchanged, to make one word of the other. */
function distanceOf(one: string, other: string): number {
  let before: number[] = [];
  let last: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    before = last;
    last = row;
    row = [i];
    for (let j = 1; j <= other.length; j++) {
      const changed = one[i - 1] === other[j - 1] ? 0 : 1;
      const steps = [(row[j - 1] ?? 0) + 1, (last[j] ?? 0) + 1, (last[j - 1] ?? 0) + changed];
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
        steps.push((before[j - 2] ?? 0) + 1);
      row.push(Math.min(...steps));
    }
  }
  return row[other.length] ?? 0;
}
