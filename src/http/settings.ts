import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ConfigError } from '../config/config.ts';
import type { Changes } from '../config/config-file.ts';
import { WriteProblem } from '../config/replace-file.ts';
import type { Settings } from '../desk/contract.ts';
import { faultOf } from './faults.ts';

/** What the addresses of the settings need of the box. */
export interface SettingsSource {
  get(): Promise<Settings>;
  /** Rejects with `ConfigError` or `WriteProblem`; then nothing has changed. */
  change(changes: Changes): Promise<Settings>;
  /** Throws `ConfigError` when the configuration is no good. Returns what goes off air and comes back. */
  prepareRestart(): () => void;
}

/** The longest title, each of its characters written as two escapes of six bytes, and room for all others. */
const BODY_LIMIT_BYTES = 64 * 1024;
/** More keys than there are. */
const MAX_CHANGES = 100;
/** More than any list has. */
const MAX_NUMBERS = 64;

const EXPECTED = 'Expected an object of names and values, such as {"mp3.bitrate_kbps": 192}.';

/** Adds `/api/settings` and `/api/restart`, which the desk uses. What is refused is answered with `{"faults": [...]}`. */
export function addSettingsRoutes(app: FastifyInstance, source: SettingsSource): void {
  const admin = { config: { access: 'admin' }, errorHandler: answerFault } as const;
  const put = { ...admin, bodyLimit: BODY_LIMIT_BYTES };
  app.get('/api/settings', admin, async (_request, reply) => fresh(reply).send(await source.get()));
  app.put('/api/settings', put, async (request, reply) => {
    const changes = changesIn(request.body);
    if (!changes) return refuse(reply, 400, [EXPECTED]);
    return answer(reply, async () => reply.send(await source.change(changes)));
  });
  app.post('/api/restart', admin, (_request, reply) =>
    answer(reply, async () => {
      const restart = source.prepareRestart();
      // Not before the answer has left.
      reply.raw.once('close', restart);
      return reply.code(202).send({});
    }),
  );
}

/** What is wrong with a request before its handler sees it; our own mistakes are for the server to answer. */
function answerFault(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  const status = error.statusCode ?? 500;
  if (status >= 500) throw error;
  fresh(reply)
    .code(status)
    .send({ faults: [faultOf(status)] });
}

async function answer(reply: FastifyReply, make: () => Promise<FastifyReply>): Promise<FastifyReply> {
  fresh(reply);
  try {
    return await make();
  } catch (error) {
    if (error instanceof ConfigError) return refuse(reply, 400, error.faults);
    if (error instanceof WriteProblem) return refuse(reply, 409, [error.message]);
    throw error;
  }
}

function refuse(reply: FastifyReply, status: 400 | 409, faults: readonly string[]): FastifyReply {
  return fresh(reply).code(status).send({ faults });
}

function fresh(reply: FastifyReply): FastifyReply {
  return reply.header('Cache-Control', 'no-store');
}

/** The changes in a request's body; undefined unless that is all it has. */
function changesIn(body: unknown): Changes | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const values = Object.values(body);
  return values.length > 0 && values.length <= MAX_CHANGES && values.every(isValue) ? (body as Changes) : undefined;
}

function isValue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length <= MAX_NUMBERS && value.every((one) => typeof one === 'number');
  return typeof value === 'number' || typeof value === 'boolean' || (typeof value === 'string' && value.isWellFormed());
}
