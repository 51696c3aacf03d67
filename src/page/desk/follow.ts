import { ask, type Refusal } from './ask.ts';

/** One thing that the page follows. */
export interface Followed<T> {
  readonly path: string;
  readonly everyMs: number;
  show(value: T): void;
  miss(refusal: Refusal): void;
}

/**
 * Asks the box for one thing again and again, while somebody looks at the page. One question is open at most, so a slow box is
 * asked less often. Each thing has its own: one that cannot be had harms no other. Returns what asks at once.
 */
export function follow<T>({ path, everyMs, show, miss }: Followed<T>): () => Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let open: Promise<void> | undefined;

  async function once(): Promise<void> {
    clearTimeout(timer);
    try {
      const answer = await ask<T>(path);
      if ('value' in answer) show(answer.value);
      else miss(answer);
    } finally {
      open = undefined;
      timer = setTimeout(next, everyMs);
    }
  }
  function now(): Promise<void> {
    open ??= once();
    return open;
  }
  function next(): void {
    if (!document.hidden) void now();
  }
  document.addEventListener('visibilitychange', next);
  void now();
  return now;
}
