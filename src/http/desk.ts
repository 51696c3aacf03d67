import type { FastifyInstance, FastifyReply } from 'fastify';
import type { CaptureMixer, MixerRefusal } from '../capture/mixer.ts';
import type { ListenerState } from '../connections/listener.ts';
import type { DeskListener, DeskListeners } from '../desk/contract.ts';
import type { HealthReader } from '../device/health.ts';
import type { LiveListener } from '../live/live.ts';
import type { LevelHistory } from '../programme/level-history.ts';
import { sharedAnswer, sharedQuestion } from './shared-answer.ts';

/** What the desk's view shows of the box. */
export interface DeskParts {
  readonly mixer: Pick<CaptureMixer, 'read' | 'change'>;
  readonly levels: Pick<LevelHistory, 'snapshot'>;
  /** Each tells of some of the listeners; all together of every one. */
  readonly listeners: readonly (() => readonly DeskListener[])[];
  readonly health: Pick<HealthReader, 'read'>;
}

/** Snapshots are so old at most, ms: many who look at them cost as much as one. */
const SNAPSHOT_MS = 500;
const STATUS: Record<MixerRefusal, number> = { wrong: 400, none: 409, gone: 503 };
const ADMIN = { config: { access: 'admin' } } as const;

/** Adds the facts for the desk's view, in the shapes of `desk/contract.ts`: mixer, levels, listeners, health of the box. */
export function addDeskRoutes(app: FastifyInstance, { mixer, levels, listeners, health }: DeskParts): void {
  const readMixer = sharedQuestion(() => mixer.read());
  const history = sharedAnswer(() => levels.snapshot(), SNAPSHOT_MS);
  const audience = sharedAnswer((): DeskListeners => ({ listeners: listeners.flatMap((some) => some()) }), SNAPSHOT_MS);
  app.get('/api/mixer', ADMIN, async (_request, reply) => json(reply).send(await readMixer()));
  app.put('/api/mixer', ADMIN, async (request, reply) => {
    const answer = await mixer.change(request.body);
    if (answer.refused === undefined) return json(reply).send(answer.mixer);
    return json(reply).code(STATUS[answer.refused]).send({ faults: answer.faults });
  });
  app.get('/api/levels', ADMIN, (_request, reply) => json(reply).send(history()));
  app.get('/api/listeners', ADMIN, (_request, reply) => json(reply).send(audience()));
  app.get('/api/box', ADMIN, async (_request, reply) => json(reply).send(await health.read()));
}

/** Tells of the listeners of the formats that are offered. */
export function streamListeners(
  outlets: readonly { readonly feed: { readonly format: { readonly id: string } }; listeners(): ListenerState[] }[],
): DeskListener[] {
  return outlets.flatMap((outlet) =>
    outlet.listeners().map((listener) => deskListener(outlet.feed.format.id, listener)),
  );
}

/** Tells of the pages that listen, with what each says of itself. */
export function pageListeners(pages: readonly LiveListener[]): DeskListener[] {
  return pages.map(({ sound, state, report }) => ({
    ...deskListener(`live ${sound}`, state),
    ...(report && { heardBehindMs: report.behindMs, dropouts: report.dropouts }),
  }));
}

/** A listener as the desk sees it. */
export function deskListener(
  format: string,
  { id, remoteAddress, connectedMs, behindMs, kernel }: ListenerState,
): DeskListener {
  return {
    id,
    format,
    // An IPv4 address as a socket for both has it (RFC 4291, 2.5.5.2) is shown as everybody knows it.
    address: remoteAddress.replace(/^::ffff:(?=\d+\.)/i, ''),
    connectedS: connectedMs / 1000,
    behindMs,
    ...(kernel && { rttMs: kernel.rttMs, retransmits: kernel.retransmits }),
  };
}

function json(reply: FastifyReply): FastifyReply {
  return reply.header('Cache-Control', 'no-store').type('application/json; charset=utf-8');
}
