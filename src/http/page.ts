import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Access } from './access.ts';
import { originAsReached } from './reached.ts';

/** Where `setup/page.mjs` puts what it makes of `src/page`. */
const BUILT = fileURLToPath(new URL('../../build/page/', import.meta.url));

/** The pages by address, and who may open them. */
const PAGES: Record<string, { file: string; access: Access }> = {
  '/': { file: 'listen.html', access: 'listeners' },
  '/admin': { file: 'desk.html', access: 'admin' },
};

const MIME_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/**
 * The pages load nothing from elsewhere, and nobody puts them in a frame. The Opus decoder is WebAssembly, and the live feed a WebSocket,
 * which older Safari does not count as the page's own.
 */
function pageHeaders(request: FastifyRequest) {
  const host = originAsReached(request).replace(/^https?:\/\//, '');
  return {
    'Content-Security-Policy': `default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' ws://${host} wss://${host}; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-cache',
  };
}

/**
 * Adds the pages and what they load (`/page/...`), which holds nothing that is anybody's secret. The files are read once, so that
 * a card that has gone bad does not take the pages away.
 */
export function addPageRoutes(app: FastifyInstance): void {
  for (const [url, { file, access }] of Object.entries(PAGES)) addFile(app, url, file, access);
  for (const file of readdirSync(BUILT)) {
    const ending = path.extname(file);
    if (ending === '.js' || ending === '.css') addFile(app, `/page/${file}`, file, 'open');
  }
}

function addFile(app: FastifyInstance, url: string, file: string, access: Access): void {
  const body = readFileSync(path.join(BUILT, file));
  const mimeType = MIME_TYPES[path.extname(file)] ?? 'application/octet-stream';
  const livePass = url === '/' ? { livePass: 'given' as const } : {};
  app.get(url, { config: { access, ...livePass } }, (request, reply) =>
    reply.headers(pageHeaders(request)).type(mimeType).send(body),
  );
}
