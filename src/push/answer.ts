/** The longest head that a server may answer with, bytes; a real one has 400. */
export const MAX_HEAD_BYTES = 16 * 1024;
/** So much of an answer's body is kept, bytes: Icecast says in a few words why it refuses. */
const MAX_BODY_BYTES = 1024;
/** So much of what a server says is repeated, characters. */
const MAX_WORDS = 100;

/** What is no answer in HTTP. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
}

/** A server's answer, as far as it matters. */
export interface Answer {
  readonly status: number;
  /** What it says beside the number, fit to be shown; may be empty. */
  readonly words: string;
}

const START = /^HTTP\/1\.[01] (\d{3})(?: ([^\r\n]*))?\r?\n/;
const END = /\r?\n\r?\n/;

/** Reads the answers to one request: any number of preliminary ones (1xx), then a final one (RFC 9110, 15.2). */
export class AnswerReader {
  /** Bytes as characters of the same numbers. */
  #text = '';
  #answer: Answer | undefined;

  /** The newest answer whose head is complete. */
  get answer(): Answer | undefined {
    return this.#answer;
  }

  /** Whether nothing more is to come than the body of the answer. */
  get isFinal(): boolean {
    return this.#answer !== undefined && this.#answer.status >= 200;
  }

  /** Takes what has arrived, in any pieces. Throws `AnswerError` when it cannot be an answer. */
  read(data: Buffer): void {
    if (this.isFinal) return;
    this.#text += data.toString('latin1');
    while (!this.isFinal && this.#text !== '') {
      const end = END.exec(this.#text);
      if (end === null || end.index > MAX_HEAD_BYTES) {
        this.#checkBeginning();
        return;
      }
      const start = START.exec(this.#text);
      if (!start) throw new AnswerError(`it answers ${JSON.stringify(shown(this.#text))}`);
      const rest = this.#text.slice(end.index + end[0].length);
      const status = Number(start[1]);
      const body = status < 200 ? '' : rest.slice(0, MAX_BODY_BYTES);
      this.#answer = { status, words: shown(body.trim() || (start[2] ?? '')) };
      this.#text = status < 200 ? rest : '';
    }
  }

  #checkBeginning(): void {
    if (this.#text.length > MAX_HEAD_BYTES)
      throw new AnswerError(`the head of its answer is longer than ${MAX_HEAD_BYTES} bytes`);
    if (!'HTTP/1.'.startsWith(this.#text.slice(0, 7)))
      throw new AnswerError(`it answers ${JSON.stringify(shown(this.#text))}`);
  }
}

/** Text of a stranger on one line, without markup, cut to a length. */
function shown(latin1: string): string {
  const text = Buffer.from(latin1, 'latin1').toString('utf8');
  const plain = text
    .replace(/<title>.*?<\/title>|<[^>]*>/gis, ' ')
    .replace(/[^\p{L}\p{N}\p{P}\p{S}]+/gu, ' ')
    .trim();
  return plain.length > MAX_WORDS ? `${plain.slice(0, MAX_WORDS).toWellFormed()}…` : plain;
}
