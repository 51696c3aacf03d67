import type { SourceSupervisor } from '../capture/supervisor.ts';
import type { ListenerState } from '../connections/listener.ts';
import type { Feed } from '../encoders/feed.ts';
import type { PcmFormat } from '../pcm.ts';
import type { Programme } from '../programme/programme.ts';
import type { PushStatus } from '../push/push-status.ts';
import type { Places } from './places.ts';
import type { FormatStatus, Health, Status } from './status.ts';
import { listenerStatus, type Tally } from './tally.ts';

/** The programme has stood still when what was sent ends so far in the past. */
const STANDSTILL_MS = 2000;

/** The parts of the box that are reported on. */
export interface ReportedParts {
  name: string;
  version: string;
  pcm: PcmFormat;
  /** What really plays when the input stays lost. */
  fallback: Status['programme']['fallback'];
  /** The configured source. */
  wanted: string;
  programme: Pick<Programme, 'status'>;
  supervisor: Pick<SourceSupervisor, 'status'>;
  outlets: readonly {
    feed: Pick<Feed, 'format' | 'running' | 'cpuMs'>;
    /** Every listener's state. */
    listeners(): ListenerState[];
  }[];
  pushes: readonly { status(): PushStatus }[];
  places: Places;
  tally: Tally;
}

/** Says how the box is. */
export class Report {
  readonly #parts: ReportedParts;

  constructor(parts: ReportedParts) {
    this.#parts = parts;
  }

  status(): Status {
    const { name, version, pcm, fallback, wanted, programme, supervisor, outlets, pushes, places, tally } = this.#parts;
    const { max, maxPerAddress } = places.limits;
    return {
      name,
      version,
      uptimeS: process.uptime(),
      programme: { ...programme.status, ...pcm, fallback },
      source: { wanted, ...supervisor.status },
      formats: outlets.map(formatStatus),
      listeners: {
        now: places.now,
        max,
        maxPerAddress,
        refused: places.refused,
        removed: tally.removed,
        dropped: tally.dropped,
      },
      pushes: pushes.map((push) => push.status()),
    };
  }

  health(): Health {
    const programme = this.#parts.programme.status;
    const reasons: string[] = [];
    const ok = programme.lagMs < STANDSTILL_MS;
    if (!ok) reasons.push(`the programme has stood still for ${Math.round(programme.lagMs)} ms`);
    if (programme.state !== 'live') reasons.push(`${programme.state}: ${programme.problem?.message ?? 'no input yet'}`);
    else if (programme.level !== 'signal') reasons.push(`the input is ${programme.level}`);
    if (this.#parts.supervisor.status.kind === 'demo') reasons.push('playing the demo signal');
    for (const push of this.#parts.pushes) {
      const { url, problem } = push.status();
      if (problem) reasons.push(`push to ${url}: ${problem.message}`);
    }
    return { ok, reasons };
  }
}

function formatStatus(outlet: ReportedParts['outlets'][number]): FormatStatus {
  const { feed } = outlet;
  const { id, mimeType, description, bytesPerSecond } = feed.format;
  return {
    id,
    path: `/stream.${id}`,
    mimeType,
    description,
    bytesPerSecond,
    running: feed.running,
    cpuMs: feed.cpuMs,
    listeners: outlet.listeners().map(listenerStatus),
  };
}
