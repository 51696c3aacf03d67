import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';

/** The files of `src/page`, by address. */
const FILES: Record<string, { file: string; mimeType: string }> = {
  '/': { file: 'index.html', mimeType: 'text/html; charset=utf-8' },
  '/page.css': { file: 'page.css', mimeType: 'text/css; charset=utf-8' },
  '/page.js': { file: 'page.js', mimeType: 'text/javascript; charset=utf-8' },
};

/** The page loads nothing from elsewhere, and nobody puts it in a frame. */
const PAGE_HEADERS = {
  'Content-Security-Policy':
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-cache',
};

/** Adds the listen page. Its files are read once, so that a card that has gone bad does not take the page away. */
export function addPageRoutes(app: FastifyInstance): void {
  for (const [url, { file, mimeType }] of Object.entries(FILES)) {
    const body = readFileSync(new URL(`../page/${file}`, import.meta.url));
    app.get(url, (_request, reply) => reply.headers(PAGE_HEADERS).type(mimeType).send(body));
  }
}
