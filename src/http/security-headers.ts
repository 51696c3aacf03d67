import type { FastifyInstance } from 'fastify';

/** What every answer says to browsers that is no sound: nothing in it is to be run, loaded, framed or guessed at. */
export const SECURITY_HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

/**
 * Sets these headers on every answer of the framework, where the route does not say otherwise. Answers that any page may use
 * (`Access-Control-Allow-Origin: *`) may also be put into it.
 */
export function addSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onSend', async (_request, reply) => {
    const isForAnyPage = reply.getHeader('Access-Control-Allow-Origin') === '*';
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
      if (reply.hasHeader(name)) continue;
      reply.header(name, isForAnyPage && name === 'Cross-Origin-Resource-Policy' ? 'cross-origin' : value);
    }
  });
}
