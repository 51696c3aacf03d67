/** What the box answered: a value, or why there is none. */
export type Answer<T> = { readonly value: T } | Refusal;

/** Why the box did not do what it was asked. */
export interface Refusal {
  /** Sentences that stand on the page as they are; one at least. */
  readonly faults: readonly string[];
  /** Of HTTP; 0 when the box did not answer. */
  readonly status: number;
}

/** What is asked of the box. */
export interface Question {
  readonly method?: 'GET' | 'PUT' | 'POST';
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** The box opens sound cards within this time. */
const PATIENCE_MS = 10_000;
/** No sentence of the box is longer. */
const MAX_FAULT_CHARACTERS = 600;

/** Asks the box for JSON. Never rejects: whatever goes wrong is a refusal in words. */
export async function ask<T>(path: string, { method = 'GET', body }: Question = {}): Promise<Answer<T>> {
  let answer: Response;
  let text: string;
  // AbortSignal.timeout() would be shorter, but Safari 15 does not have it.
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    answer = await fetch(path, {
      method,
      signal: patience.signal,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    });
    text = await answer.text();
  } catch {
    // Off, restarting, or out of reach: which of these, no browser tells.
    return { status: 0, faults: ['The box does not answer.'] };
  } finally {
    clearTimeout(timer);
  }
  const data = parse(text);
  if (answer.ok && data !== undefined) return { value: data as T };
  return { status: answer.status, faults: faultsOf(answer, data, text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Plain words, or nothing.
  }
}

function faultsOf({ status }: Response, data: unknown, text: string): string[] {
  const listed = (data as { faults?: unknown } | undefined)?.faults;
  if (Array.isArray(listed) && listed.length > 0) {
    return listed.map((fault) => `${fault}`.slice(0, MAX_FAULT_CHARACTERS));
  }
  if (status === 401) return ['The password is not taken any more. Load this page anew.'];
  if (status === 404) return ['This box does not offer that.'];
  if (data === undefined && status >= 400 && text.trim() !== '') return [text.trim().slice(0, MAX_FAULT_CHARACTERS)];
  return [`The box could not answer (${status}).`];
}
