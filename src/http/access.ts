import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Denial, Guard } from './guard.ts';
import { LivePass } from './live-pass.ts';
import type { StoredPassword } from './passwords.ts';
import { originAsReached } from './reached.ts';

/** Who may use an address: everybody, those who may listen, or the administrator. */
export type Access = 'open' | 'listeners' | 'admin';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may use it; listeners when nothing is said. */
    access?: Access;
    /** Whether its answers bring the pass for the live feed, or whether that pass opens it; neither when nothing is said. */
    livePass?: 'given' | 'taken';
  }
}

/** The passwords of the box. */
export interface Passwords {
  /** Undefined: everybody may listen. */
  readonly listeners?: StoredPassword | undefined;
  /** Undefined: there is no administrator. */
  readonly admin?: StoredPassword | undefined;
}

const NO_ADMIN: Denial = {
  status: 403,
  headers: {},
  text: 'This needs a password for the administrator, and none is configured (http.admin_password).',
};
const CROSS_SITE: Denial = { status: 403, headers: {}, text: 'This is not taken from the page of another site.' };

/**
 * Guards every route, addresses that do not exist included, before the body of a request is read. A route that does not say
 * who may use it is for listeners.
 */
export function addGuards(app: FastifyInstance, passwords: Passwords, keyOf: (address: string) => string): void {
  const listeners = passwords.listeners && new Guard(passwords.listeners, 'Boardfeed', keyOf);
  const pass = passwords.listeners && new LivePass(passwords.listeners);
  const admin = passwords.admin && new Guard(passwords.admin, 'Boardfeed administrator', keyOf);
  app.addHook('onRequest', async (request, reply) => {
    const { access = 'listeners', livePass } = request.routeOptions.config;
    if (livePass === 'taken' && pass?.isShown(request.headers)) return undefined;
    let denial: Denial | undefined;
    if (access === 'admin') {
      denial = isCrossSite(request) ? CROSS_SITE : admin ? await admin.denial(request) : NO_ADMIN;
    } else if (access === 'listeners' && listeners) {
      denial = await listeners.denial(request);
    }
    if (denial) return deny(reply, denial);
    if (livePass === 'given' && pass) reply.header('Set-Cookie', pass.header('encrypted' in request.raw.socket));
    return undefined;
  });
}

/** Answers with a denial. */
export function deny(reply: FastifyReply, { status, headers, text }: Denial): FastifyReply {
  return reply.code(status).headers(headers).type('text/plain; charset=utf-8').send(`${text}\n`);
}

/**
 * Whether a browser says that the page of another site made it send this: a password that the browser knows must not be of use
 * to that. Programs that are no browsers send none of these headers.
 */
function isCrossSite(request: FastifyRequest): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  return origin !== undefined && origin !== originAsReached(request);
}
