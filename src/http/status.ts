import type { SourceStatus } from '../capture/supervisor.ts';
import type { PcmFormat } from '../pcm.ts';
import type { ProgrammeStatus } from '../programme/programme.ts';

/** What `GET /api/status` answers: one snapshot of the box. */
export interface Status {
  name: string;
  version: string;
  uptimeS: number;
  /** `fallback` is what plays when the input stays lost. */
  programme: ProgrammeStatus & PcmFormat & { fallback: 'silence' | 'tone' | 'file' };
  /** `wanted` is the configured source: `auto`, `alsa`, `demo` or `file:PATH`. */
  source: SourceStatus & { wanted: string };
  formats: FormatStatus[];
  listeners: { now: number; max: number; refused: number; removed: Record<string, number> };
}

/** One format in the status. */
export interface FormatStatus {
  id: string;
  path: string;
  mimeType: string;
  description: string;
  bytesPerSecond: number;
  /** Whether its encoder runs, which it does while somebody listens. */
  running: boolean;
  /** Time spent encoding since the start. */
  cpuMs: number;
  listeners: ListenerStatus[];
}

/** One listener in the status. Its address is nobody else's business. */
export interface ListenerStatus {
  connectedS: number;
  bytesSent: number;
  /** What waits in the box because the listener does not take it, in ms of sound. */
  behindMs: number;
}

/** What `GET /healthz` answers: `ok` is false only for a standstill, `reasons` says what else is not as it should be. */
export interface Health {
  ok: boolean;
  reasons: string[];
}
