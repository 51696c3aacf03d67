import type { SourceStatus } from '../capture/supervisor.ts';
import type { BoxHealth } from '../desk/contract.ts';
import type { PcmFormat } from '../pcm.ts';
import type { ProgrammeStatus } from '../programme/programme.ts';
import type { PushStatus } from '../push/push-status.ts';

/** What `GET /api/status` answers: one snapshot of the box. */
export interface Status {
  name: string;
  /** What is on: the title, or the name when there is none. */
  title: string;
  version: string;
  /** Since the start, or the last restart from the desk. */
  uptimeS: number;
  /** `fallback` is what plays when the input stays lost. */
  programme: ProgrammeStatus & PcmFormat & { fallback: 'silence' | 'tone' | 'file' };
  /** `wanted` is the configured source: `auto`, `alsa`, `demo` or `file:PATH`. */
  source: SourceStatus & { wanted: string };
  formats: FormatStatus[];
  /** The listen pages that play with little delay, by what they get. */
  live: { sound: 'opus' | 'pcm'; listeners: ListenerStatus[] }[];
  listeners: ListenersStatus;
  /** The servers that the box sends to. */
  pushes: PushStatus[];
  /** How the machine was when it was last looked at, some seconds ago. */
  health?: BoxHealth;
}

/** The listeners of all formats together. */
export interface ListenersStatus {
  now: number;
  max: number;
  maxPerAddress: number;
  /** How often somebody was turned away because there was no place (`server full`), since the start. */
  refused: number;
  /** How many went, by reason, since the start. */
  removed: Record<string, number>;
  /** The last 50 who went otherwise than by closing their connection, oldest first. */
  dropped: readonly DroppedListener[];
}

/** A listener whose connection was ended, or broke. */
export interface DroppedListener {
  /** Id of the format. */
  format: string;
  reason: string;
  /** When, ISO 8601 in UTC. */
  at: string;
  connectedS: number;
  behindMs: number;
  /** Segments that had to be sent again; absent where the kernel could not tell. */
  retransmits?: number;
}

/** One format in the status. */
export interface FormatStatus {
  id: string;
  path: string;
  mimeType: string;
  description: string;
  /** Whether it is offered. */
  enabled: boolean;
  /** Bitrate that is set; absent for what has none. */
  bitrateKbps?: number;
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
  /** Age of the oldest byte that it has not taken, ms. */
  behindMs: number;
  /** Waiting in the box because the kernel does not take it, bytes. */
  waitingBytes: number;
  /** Sent, but not acknowledged by the listener's machine, bytes. This and what follows is the kernel's word, where it has one. */
  unackedBytes?: number;
  /** Waiting in the kernel to be sent, bytes. */
  unsentBytes?: number;
  /** Segments that had to be sent again. */
  retransmits?: number;
  /** Smoothed round-trip time, ms. */
  rttMs?: number;
}

/** What `GET /healthz` answers: `ok` is false only for a standstill, `reasons` says what else is not as it should be. */
export interface Health {
  ok: boolean;
  reasons: string[];
}
