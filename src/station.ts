import type { StreamTags } from './encoders/encoder.ts';

/** The longest title, in characters. */
export const MAX_TITLE_CHARACTERS = 4000;
/** What a title may be, empty included: no control characters. */
export const TITLE = new RegExp(`^[^\\p{Cc}]{0,${MAX_TITLE_CHARACTERS}}$`, 'u');

/** What is said of the feed to listeners. */
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
    this.change({ title });
  }

  /** Says something else of the feed. Those who listen hear of a new name when there is no title. */
  change(tags: Partial<StreamTags>): void {
    const before = shownTitle(this.#tags);
    this.#tags = { ...this.#tags, ...tags };
    if (shownTitle(this.#tags) !== before) for (const tell of this.#told) tell();
  }

  /** Calls `tell` after every change of what is shown as being on. Returns what ends that. */
  onTitle(tell: () => void): () => void {
    this.#told.add(tell);
    return () => this.#told.delete(tell);
  }
}

/** What to show as being on: the title, or the name of the feed when it has none. */
export function shownTitle({ title, name }: StreamTags): string {
  return title === '' ? name : title;
}
