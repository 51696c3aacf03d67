import type { RemovalReason } from '../connections/listener.ts';
import type { PushTarget } from './target.ts';

/** Why the box does not send to a server: a few words for figures. */
export type PushCause =
  | 'unknown host'
  | 'refused'
  | 'unreachable'
  | 'certificate'
  | 'TLS'
  /** The connection was made, and closed or left without an answer. */
  | 'no answer'
  /** What it answers is no HTTP. */
  | 'not HTTP'
  | 'password'
  | 'forbidden'
  /** It answers that it cannot, in some other way. */
  | 'answer'
  /** It was on air, and lost its connection. */
  | Exclude<RemovalReason, 'shutdown'>
  | 'failed';

/** Something that keeps the box from sending to a server. The message is for people. */
export class PushProblem extends Error {
  override readonly name = 'PushProblem';
  readonly reason: PushCause;
  /** Whether the server may just not know the method by which it was asked. */
  readonly methodUnknown: boolean;

  constructor(reason: PushCause, message: string, methodUnknown = false) {
    super(message);
    this.reason = reason;
    this.methodUnknown = methodUnknown;
  }
}

/** What getaddrinfo(3), connect(2) and Node say when a connection cannot be made. */
const CAUSES: Partial<Record<string, PushCause>> = {
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'unknown host',
  ECONNREFUSED: 'refused',
  ENETUNREACH: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  ETIMEDOUT: 'unreachable',
};

/** In words, why no connection to the server can be made. */
export function connectProblem({ host, port, secure }: PushTarget, error: NodeJS.ErrnoException): PushProblem {
  const code = error.code ?? '';
  const where = `${host}, port ${port}`;
  const cause = CAUSES[code];
  if (cause === 'unknown host')
    return new PushProblem(cause, `no address is known for ${host}: wrong name, or no network`);
  if (cause === 'refused') return new PushProblem(cause, `nothing listens on ${where} (connection refused)`);
  if (cause !== undefined) return new PushProblem(cause, `${where} cannot be reached (${code})`);
  if (secure && (code === 'EPROTO' || code.startsWith('ERR_SSL') || code === 'ECONNRESET')) {
    return new PushProblem('TLS', `${where} does not speak TLS that the box understands (${code}): is it http://?`);
  }
  return new PushProblem('failed', `${where}: ${error.message}`);
}

/** No connection came about in time. */
export function silenceProblem({ host, port }: PushTarget, connected: boolean, ms: number): PushProblem {
  const where = `${host}, port ${port}`;
  if (!connected) return new PushProblem('unreachable', `${where} does not answer within ${ms / 1000} s`);
  return new PushProblem('TLS', `${where} does not speak TLS: it says nothing within ${ms / 1000} s; is it http://?`);
}

/** The server's certificate is not believed. */
export function certificateProblem({ host }: PushTarget, error: NodeJS.ErrnoException): PushProblem {
  const why = `the certificate of ${host} is not trusted (${error.code ?? error.message})`;
  return new PushProblem('certificate', `${why}; one that the server has signed itself can be named as ca_file`);
}

/** What the end of a connection that was on air means, by the reason of the connection manager. */
const LOST: Record<Exclude<RemovalReason, 'shutdown'>, string> = {
  'closed by peer': 'the server closed the connection',
  reset: 'the server reset the connection',
  stalled: 'the server took nothing any more',
  'too far behind': 'the server, or the way to it, is too slow for the stream',
  'half-open': 'the server does not answer any more',
  'write error': 'the connection failed',
  removed: 'the server sent what nobody had asked for',
};

/** In words, why a connection that was on air was lost. */
export function lossProblem(reason: Exclude<RemovalReason, 'shutdown'>, error?: Error): PushProblem {
  return new PushProblem(reason, error ? `${LOST[reason]} (${error.message})` : LOST[reason]);
}
