import type { StreamTags } from './encoders/encoder.ts';

/** The longest title, in characters. */
export const MAX_TITLE_CHARACTERS = 4000;
/** What a title may be, empty included: no control characters. */
export const TITLE = new RegExp(`^[^\\p{Cc}]{0,${MAX_TITLE_CHARACTERS}}$`, 'u');

/** What is said of the feed to listeners. Everything but the title is configured and stays. */
export class Station {
  #tags: StreamTags;
  readonly #told = new Set<() => void>();

  constructor(tags: StreamTags) {
    this.#tags = tags;
  }

  get tags(): StreamTags {
    return this.#tags;
  }

  /** Says what is on now. An empty title stands for the name of the feed. */
  setTitle(title: string): void {
    if (title === this.#tags.title) return;
    this.#tags = { ...this.#tags, title };
    for (const tell of this.#told) tell();
  }

  /** Calls `tell` after every change of the title. Returns what ends that. */
  onTitle(tell: () => void): () => void {
    this.#told.add(tell);
    return () => this.#told.delete(tell);
  }
}

/** What to show as being on: the title, or the name of the feed when it has none. */
export function shownTitle({ title, name }: StreamTags): string {
  return title === '' ? name : title;
}
