import type { Socket } from 'node:net';
import { type Answer, AnswerError, AnswerReader } from './answer.ts';
import { type DialOptions, dial } from './dial.ts';
import { PushProblem } from './problem.ts';
import { type Method, type Offer, sourceRequest } from './request.ts';

/** How long a server may take to answer, ms. */
const ANSWER_MS = 10_000;
/** A server has nothing to say once it takes the stream: one that sends more than so many bytes is left. */
const MAX_CHATTER_BYTES = 64 * 1024;
/** Answers of a server that may know the other method: bad request, method not allowed, not implemented. */
const METHOD_UNKNOWN = [400, 405, 501];

export interface OfferOptions extends DialOptions {
  /** How long a server may take to answer, ms. */
  readonly answerMs?: number;
}

/** A connection on which the server takes the stream. */
export interface Accepted {
  readonly socket: Socket;
  readonly method: Method;
  /** What it has said against it since; undefined when nothing. */
  refusal(): PushProblem | undefined;
}

/** Offers the stream to its server, by `first` and then by the other method if need be. Rejects with a `PushProblem`. */
export async function offerStream(offer: Offer, first: Method, options: OfferOptions): Promise<Accepted> {
  try {
    return await offerBy(first, offer, options);
  } catch (problem) {
    if (!(problem instanceof PushProblem && problem.methodUnknown) || options.signal.aborted) throw problem;
    try {
      return await offerBy(first === 'PUT' ? 'SOURCE' : 'PUT', offer, options);
    } catch (other) {
      // Of the two, the one that says more.
      throw other instanceof PushProblem && !other.methodUnknown ? other : problem;
    }
  }
}

async function offerBy(method: Method, offer: Offer, options: OfferOptions): Promise<Accepted> {
  const socket = await dial(offer.target, options);
  const { answerMs = ANSWER_MS, signal } = options;
  const { promise, resolve, reject } = Promise.withResolvers<Accepted>();
  const reader = new AnswerReader();
  let against: PushProblem | undefined;
  const fail = (problem: PushProblem) => {
    against ??= problem;
    reject(problem);
    socket.destroy();
  };
  socket.on('data', (data: Buffer) => {
    try {
      reader.read(data);
    } catch (error) {
      if (!(error instanceof AnswerError)) throw error;
      return fail(new PushProblem('not HTTP', `that is no Icecast: ${error.message}`));
    }
    // It may still refuse after it has said to go on.
    const refused = refusal(reader.answer, offer);
    if (refused) fail(refused);
    else if (socket.bytesRead > MAX_CHATTER_BYTES) fail(new PushProblem('not HTTP', 'that is no Icecast: it talks on'));
    else if (reader.isFinal || reader.answer?.status === 100) resolve({ socket, method, refusal: () => against });
  });
  const closed = () => fail(new PushProblem('no answer', 'the server closes the connection without an answer', true));
  const timer = setTimeout(
    () => fail(new PushProblem('no answer', `the server does not answer within ${answerMs / 1000} s`)),
    answerMs,
  );
  const stop = () => void socket.destroy();
  signal.addEventListener('abort', stop);
  socket.once('end', closed).once('close', closed).once('error', closed);
  if (signal.aborted) stop();
  socket.write(sourceRequest(offer, method));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    socket.off('end', closed).off('close', closed).off('error', closed);
  }
}

/** What an answer says against the stream, in words. */
function refusal(answer: Answer | undefined, { target }: Offer): PushProblem | undefined {
  if (answer === undefined || answer.status < 300) return undefined;
  const { status, words } = answer;
  const said = words === '' ? `${status}` : `${status}: ${words}`;
  if (status === 401) return new PushProblem('password', `the server refuses this user and password (${said})`);
  if (status === 403) return new PushProblem('forbidden', `the server refuses ${target.mount} (${said})`);
  return new PushProblem('answer', `the server answers ${said}`, METHOD_UNKNOWN.includes(status));
}
