import { connect, type Socket } from 'node:net';

/** What the other side says: an answer to a request, or something of its own accord (`event`, a greeting). */
export interface Message {
  readonly return?: unknown;
  readonly error?: { readonly class: string; readonly desc: string };
  readonly event?: string;
  readonly data?: unknown;
}

/** A request that was refused, in the other side's words. */
export class Refused extends Error {}

/**
 * Requests and answers in JSON, one object a line, over a Unix socket: what QEMU's monitor (QMP) and its guest agent speak
 * (QEMU, docs/interop/qmp-spec and qemu-ga-ref). One request at a time, so an answer needs no number.
 */
export class JsonLines {
  readonly #socket: Socket;
  readonly #onOther: (message: Message) => void;
  #text = '';
  #answered: ((message: Message) => void) | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param onOther told what is no answer: events, and answers that came after the wait for them had ended */
  constructor(path: string, onOther: (message: Message) => void) {
    this.#onOther = onOther;
    this.#socket = connect(path);
    this.#socket.setEncoding('utf8');
    this.#socket.on('data', (text: string) => this.#read(text));
    // A connection that breaks shows as a request without an answer; QEMU's own end is noticed by whoever started it.
    this.#socket.on('error', () => {});
  }

  /** Asks, when all that was asked before has been answered. Rejects with `Refused`, or after `timeoutMs` without an answer. */
  request(execute: string, args: object = {}, timeoutMs = 60_000): Promise<unknown> {
    const asked = this.#turn.then(() => this.#ask(execute, args, timeoutMs));
    this.#turn = asked.catch(() => {});
    return asked;
  }

  close(): void {
    this.#socket.destroy();
  }

  async #ask(execute: string, args: object, timeoutMs: number): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<Message>();
    const timer = setTimeout(() => reject(new Error(`no answer to ${execute} in ${timeoutMs} ms`)), timeoutMs);
    this.#answered = resolve;
    try {
      this.#socket.write(`${JSON.stringify({ execute, arguments: args })}\n`);
      const answer = await promise;
      if (answer.error) throw new Refused(`${execute}: ${answer.error.desc}`);
      return answer.return;
    } finally {
      clearTimeout(timer);
      this.#answered = undefined;
    }
  }

  #read(text: string): void {
    const lines = (this.#text + text).split('\n');
    this.#text = lines.pop() ?? '';
    for (const line of lines) {
      if (line.trim() === '') continue;
      const message = JSON.parse(line) as Message;
      const isAnswer = 'return' in message || 'error' in message;
      if (isAnswer && this.#answered) this.#answered(message);
      else this.#onOther(message);
    }
  }
}
