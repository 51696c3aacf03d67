/** Refusals of the box, each beside the field that it speaks of. */
export interface Placed {
  readonly byName: ReadonlyMap<string, string>;
  /** What names no field of the page. */
  readonly others: readonly string[];
}

/**
 * Finds the field that each fault speaks of: of the names in it the first that was changed, else the first that the page has.
 */
export function placeFaults(faults: readonly string[], names: readonly string[], changed: readonly string[]): Placed {
  const byName = new Map<string, string>();
  const others: string[] = [];
  for (const fault of faults) {
    const named = names
      .map((name) => ({ name, at: positionOf(name, fault) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at)
      .map(({ name }) => name);
    const place = named.find((name) => changed.includes(name)) ?? named[0];
    if (place === undefined) others.push(fault);
    else byName.set(place, [byName.get(place), fault].filter(Boolean).join(' '));
  }
  return { byName, others };
}

/** Where a name stands as a word of its own: `mp3.bitrate_kbps` is no `mp3.bitrate`. */
function positionOf(name: string, text: string): number {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if (!/[\w.]/.test(text[at - 1] ?? ' ') && !/^\.?\w/.test(text.slice(at + name.length))) return at;
  }
  return -1;
}
