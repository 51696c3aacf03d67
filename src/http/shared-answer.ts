/**
 * Makes an answer at most once in `forMs` and hands the same bytes to everybody who asks meanwhile: neither many who ask nor
 * many who do not read what they asked for multiply its cost.
 */
export function sharedAnswer(make: () => unknown, forMs: number): () => Buffer {
  let made: Buffer | undefined;
  let freshUntilMs = 0;
  return () => {
    const nowMs = performance.now();
    if (made === undefined || nowMs >= freshUntilMs) {
      made = Buffer.from(JSON.stringify(make()));
      freshUntilMs = nowMs + forMs;
    }
    return made;
  };
}

/** Lets everybody who asks while a question is under way wait for the same answer. */
export function sharedQuestion<T>(ask: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | undefined;
  return () => {
    underWay ??= ask().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}
