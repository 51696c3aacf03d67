import { isUtf8 } from 'node:buffer';
import type { FastifyRequest } from 'fastify';
import { Attempts } from './attempts.ts';
import { PasswordCheck } from './password-check.ts';
import type { StoredPassword } from './passwords.ts';

/** Why somebody is not let in. */
export interface Denial {
  readonly status: 401 | 403 | 429 | 503;
  readonly headers: Record<string, string>;
  readonly text: string;
}

/** Lets in who knows a password, by HTTP Basic (RFC 7617). The user name does not count. */
export class Guard {
  readonly #check: PasswordCheck;
  readonly #attempts: Attempts;
  readonly #challenge: Denial;

  /**
   * @param realm what is asked for, in words; a browser that knows a password sends it wherever the same is asked for
   * @param keyOf what an address counts as, see `addressKey`
   */
  constructor(password: StoredPassword, realm: string, keyOf: (address: string) => string) {
    this.#check = new PasswordCheck(password);
    this.#attempts = new Attempts(keyOf);
    this.#challenge = {
      status: 401,
      headers: { 'WWW-Authenticate': `Basic realm="${realm}", charset="UTF-8"` },
      text: 'This needs a password. Any user name will do.',
    };
  }

  /** Resolves with undefined when the request may go on. */
  async denial({ headers, raw }: Pick<FastifyRequest, 'headers' | 'raw'>): Promise<Denial | undefined> {
    const typed = basicPassword(headers.authorization);
    // Browsers and players ask without a password first: that is no attempt.
    if (typed === undefined) return this.#challenge;
    const address = raw.socket.remoteAddress ?? '';
    const waitMs = this.#attempts.waitMs(address);
    if (waitMs > 0) return later(429, waitMs, 'Too many wrong passwords came from your address.');
    const known = this.#check.quick(typed);
    if (known === undefined) return this.#compute(typed, address);
    if (!known) this.#attempts.add(address, 1);
    return known ? undefined : this.#challenge;
  }

  /** Counts a password as wrong until it is known to be right, so that nobody can try many at once. The same one counts once. */
  async #compute(typed: string, address: string): Promise<Denial | undefined> {
    const isFirst = !this.#check.isWaiting(typed);
    const answer = this.#check.check(typed);
    if (!answer) return later(503, 1000, 'Many passwords are being checked at the moment.');
    if (isFirst) this.#attempts.add(address, 1);
    const right = await answer;
    if (isFirst && right) this.#attempts.add(address, -1);
    if (!isFirst && !right) this.#attempts.add(address, 1);
    return right ? undefined : this.#challenge;
  }
}

function later(status: 429 | 503, waitMs: number, why: string): Denial {
  const seconds = Math.ceil(waitMs / 1000);
  return { status, headers: { 'Retry-After': `${seconds}` }, text: `${why} Try again in ${seconds} s.` };
}

/** The password of an `Authorization` header; undefined when it has none. Old players send Latin-1. */
function basicPassword(header: string | undefined): string | undefined {
  const credentials = header?.match(/^Basic +([A-Za-z0-9+/]+=*) *$/i)?.[1];
  if (credentials === undefined) return undefined;
  const bytes = Buffer.from(credentials, 'base64');
  const colon = bytes.indexOf(':');
  if (colon < 0) return undefined;
  const password = bytes.subarray(colon + 1);
  return password.toString(isUtf8(password) ? 'utf8' : 'latin1');
}
