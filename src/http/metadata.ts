import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { MAX_TITLE_CHARACTERS, type Station, TITLE } from '../station.ts';
import { deny } from './access.ts';

/** JSON may write each character as two escapes of six bytes. */
const BODY_LIMIT_BYTES = 12 * MAX_TITLE_CHARACTERS + 1024;
/** Every browser of today says one of these; the programs that send titles do not. */
const BROWSER = /\b(AppleWebKit|Gecko|Trident)\//;

/** What Icecast answers, word for word: programs look for it. */
const ICECAST_DONE =
  '<?xml version="1.0"?>\n<iceresponse><message>Metadata update successful</message><return>1</return></iceresponse>\n';

/** Adds `/api/metadata`, and `/admin/metadata` as studio software knows it from Icecast. */
export function addMetadataRoutes(app: FastifyInstance, station: Station): void {
  const url = '/api/metadata';
  const answer = () => ({ title: station.tags.title });
  app.get(url, { config: { access: 'open' } }, (_request, reply) =>
    reply.header('Cache-Control', 'no-store').send(answer()),
  );
  app.put(url, { config: { access: 'admin' }, bodyLimit: BODY_LIMIT_BYTES }, (request, reply) => {
    const title = titleOf(request.body);
    if (title === undefined) {
      return reply
        .code(400)
        .type('text/plain; charset=utf-8')
        .send(
          `Expected {"title": "..."} with a text of ${MAX_TITLE_CHARACTERS} characters at most and no control characters.\n`,
        );
    }
    station.setTitle(title);
    return reply.header('Cache-Control', 'no-store').send(answer());
  });
  // It changes something, so nobody may ask with HEAD.
  app.get('/admin/metadata', { config: { access: 'admin' }, exposeHeadRoute: false }, (request, reply) => {
    // The page of another site could make a browser that knows the password ask for this.
    if (BROWSER.test(request.headers['user-agent'] ?? ''))
      return deny(reply, { status: 403, headers: {}, text: `This is not for browsers; use PUT ${url}.` });
    const fields = latinFields(request.url);
    const song = fields.get('song') ?? [fields.get('artist'), fields.get('title')].filter(Boolean).join(' - ');
    if (fields.get('mode') !== 'updinfo' || (!fields.has('song') && song === '')) {
      return reply.code(400).type('text/plain; charset=utf-8').send('Expected ?mode=updinfo&song=...\n');
    }
    station.setTitle(presentable(song));
    return reply.header('Cache-Control', 'no-store').type('text/xml; charset=utf-8').send(ICECAST_DONE);
  });
}

/** The title of a request's body; undefined unless that is all it has. */
function titleOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const { title, ...others } = body as Record<string, unknown>;
  const isTitle = typeof title === 'string' && TITLE.test(title) && title.isWellFormed();
  return isTitle && Object.keys(others).length === 0 ? title : undefined;
}

/**
 * The fields of a query, whose percent-encoded bytes are UTF-8 or, from old programs, Latin-1: which of them, the bytes say
 * better than the programs do.
 */
function latinFields(url: string): Map<string, string> {
  const query = url.slice(url.indexOf('?') + 1);
  const pairs = url.includes('?') ? query.split('&') : [];
  return new Map(
    pairs.map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [name, decode(value.join('='))];
    }),
  );
}

function decode(text: string): string {
  const latin = text
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const bytes = Buffer.from(latin, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : latin;
}

/** Programs cannot be told what is wrong with a title: what must not be in it becomes a space, what is too long goes. */
function presentable(title: string): string {
  const clean = title.replace(/\p{Cc}+/gu, ' ').trim();
  return Array.from(clean).slice(0, MAX_TITLE_CHARACTERS).join('');
}
