import Fastify from 'fastify';
import type { MixerChange, SettingChanges } from '../../src/desk/contract.ts';
import { addPageRoutes } from '../../src/http/page.ts';
import type { Status } from '../../src/http/status.ts';
import * as data from './desk-data.ts';

/** A box as its desk sees it: the real page, and answers that a test sets. */
export interface DeskBox {
  readonly url: string;
  /** What each address answers to GET. A test may change all of it. */
  readonly answers: ReturnType<typeof goodAnswers>;
  /** Status and faults that an address answers instead: `PUT /api/settings`. */
  readonly refusals: Map<string, { status: number; body: unknown }>;
  /** Everything that was sent, in order. */
  readonly sent: { readonly what: string; readonly body: unknown }[];
  close(): Promise<void>;
}

function goodAnswers() {
  return {
    '/api/status': data.status(),
    '/api/devices': data.devices,
    '/api/settings': data.settings(),
    '/api/mixer': data.mixer,
    '/api/listeners': data.listeners,
    '/api/levels': data.levels(),
    '/api/box': data.box,
  };
}

/** Starts one on a free port of 127.0.0.1. */
export async function startDeskBox(): Promise<DeskBox> {
  const answers = goodAnswers();
  const refusals: DeskBox['refusals'] = new Map();
  const sent: DeskBox['sent'] = [];
  const app = Fastify({ forceCloseConnections: true });
  addPageRoutes(app);
  app.addHook('preHandler', async (request, reply) => {
    const what = `${request.method} ${request.url}`;
    if (request.method !== 'GET') sent.push({ what, body: request.body });
    const refusal = refusals.get(what);
    if (refusal) return reply.code(refusal.status).send(refusal.body);
  });
  for (const path of Object.keys(answers) as (keyof typeof answers)[]) app.get(path, () => answers[path]);
  app.put<{ Body: SettingChanges }>('/api/settings', ({ body }) => {
    answers['/api/settings'] = data.changed(answers['/api/settings'], body);
    return answers['/api/settings'];
  });
  app.put<{ Body: MixerChange }>('/api/mixer', ({ body }) => {
    answers['/api/mixer'] = data.moved(answers['/api/mixer'], body);
    return answers['/api/mixer'];
  });
  app.put<{ Body: { title: string } }>('/api/metadata', ({ body }) => {
    answers['/api/status'] = { ...answers['/api/status'], title: body.title } satisfies Status;
    return body;
  });
  app.post('/api/restart', (_request, reply) => reply.code(202).send({}));
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, answers, refusals, sent, close: () => app.close() };
}
