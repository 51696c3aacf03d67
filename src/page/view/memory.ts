/** Before the name of each thing that this page remembers: other programs on the same host have theirs. */
const PREFIX = 'boardfeed.';

/** What was remembered under a name; undefined when nothing was, or when the browser forbids it. */
export function recall(name: string): string | undefined {
  try {
    return localStorage.getItem(PREFIX + name) ?? undefined;
  } catch {
    return undefined; // Private windows and strict settings forbid it.
  }
}

/** Remembers something for the next time, where the browser lets us. */
export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Forbidden, or full: then the next visit begins as the first did.
  }
}
