import { readFile } from 'node:fs/promises';
import { connect, type LookupFunction, type Socket } from 'node:net';
import { getCACertificates, connect as secureConnect, TLSSocket } from 'node:tls';
import { certificateProblem, connectProblem, PushProblem, silenceProblem } from './problem.ts';
import type { PushTarget } from './target.ts';

/** How long a connection may take, with its name, TCP and TLS, ms. */
const CONNECT_MS = 10_000;

/** What a connection needs beside its target. */
export interface DialOptions {
  readonly lookup: LookupFunction;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
  /** How long it may take, ms. */
  readonly connectMs?: number;
}

/** Connects to a server. Rejects with a `PushProblem`. Errors of the socket are its owner's from then on. */
export async function dial(
  target: PushTarget,
  { lookup, signal, connectMs = CONNECT_MS }: DialOptions,
): Promise<Socket> {
  const { host, port, secure } = target;
  const socket = secure
    ? secureConnect({ host, port, lookup, ...(await trusted(target)) })
    : connect({ host, port, lookup });
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  let connected = false;
  socket.once('connect', () => {
    connected = true;
  });
  const timer = setTimeout(() => {
    socket.destroy();
    reject(silenceProblem(target, connected, connectMs));
  }, connectMs);
  const stop = () => void socket.destroy();
  signal.addEventListener('abort', stop);
  socket.once(secure ? 'secureConnect' : 'connect', () => resolve(socket));
  socket.on('error', (error: NodeJS.ErrnoException) => {
    const untrusted = socket instanceof TLSSocket && socket.authorizationError;
    reject(untrusted ? certificateProblem(target, error) : connectProblem(target, error));
  });
  socket.once('close', () => reject(new PushProblem('failed', `the connection to ${host}, port ${port} was closed`)));
  if (signal.aborted) stop();
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** The certificates to trust. Read anew for each connection: they are renewed. */
export async function trusted({ caFile }: PushTarget): Promise<{ ca?: string[] }> {
  if (caFile === '') return {};
  try {
    return { ca: [...getCACertificates('default'), await readFile(caFile, 'utf8')] };
  } catch (error) {
    throw new PushProblem('certificate', `ca_file ${caFile} cannot be read: ${(error as Error).message}`);
  }
}
