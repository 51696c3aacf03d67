import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RemovedListener } from '../connections/listener.ts';
import { addHealthMetrics, type Put } from './health-metrics.ts';
import type { ListenerStatus, Status } from './status.ts';
import { type GoneTotals, listenerStatus } from './tally.ts';
import type { VisitorCounts } from './visitors.ts';

/** What the figures are made of: the box's own state and totals, which they never change. */
export interface MetricsSource {
  status(): Status;
  /** Totals of those who have gone from one format. */
  gone(formatId: string): GoneTotals;
  /** The connections that are not listeners. */
  visitors(): { readonly now: number; readonly counts: VisitorCounts } | undefined;
  /** Connections that could not be accepted since the start. */
  acceptFailures(): number;
}

/** Upper bounds of histograms, seconds. */
const BUCKETS_S = {
  behind: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 4, 5, 10],
  rtt: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2],
  stay: [1, 10, 60, 300, 900, 1800, 3600, 7200, 14400, 43200, 86400],
};

const PROGRAMME_STATES = ['starting', 'live', 'lost', 'fallback'];
const SOURCE_KINDS = ['alsa', 'demo', 'file'];

/** The figures for Prometheus. Counters and gauges are read from the box when asked for; histograms gather samples. */
export class Metrics {
  readonly #source: MetricsSource;
  readonly #registry = new Registry();
  readonly #behind: Histogram<'format'>;
  readonly #rtt: Histogram<'format'>;
  readonly #stay: Histogram<'format'>;
  /** What all figures of one page are read from. */
  #status: Status;

  constructor(source: MetricsSource) {
    this.#source = source;
    this.#status = source.status();
    this.#addListeners();
    this.#addSound();
    this.#addPushes();
    this.#addProcess();
    addHealthMetrics(
      (...metric) => this.#gauge(...metric),
      () => this.#status.health,
    );
    this.#behind = this.#histogram('behind', 'How far listeners are behind, sampled every 5 s and when they go.');
    this.#rtt = this.#histogram('rtt', "Round-trip time to the listeners' machines, sampled the same way.");
    this.#stay = this.#histogram('stay', 'How long listeners stayed.');
  }

  /** Samples every listener. */
  sample(): void {
    for (const { id, listeners } of audiences(this.#source.status())) {
      for (const { behindMs, rttMs } of listeners) this.#observe(id, behindMs, rttMs);
    }
  }

  /** Samples a listener that has gone. */
  left(formatId: string, listener: RemovedListener): void {
    const { connectedS, behindMs, rttMs } = listenerStatus(listener);
    this.#observe(formatId, behindMs, rttMs);
    this.#stay.observe({ format: formatId }, connectedS);
  }

  /** The page, in the text format of Prometheus. */
  async page(): Promise<{ contentType: string; text: string }> {
    this.#status = this.#source.status();
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  /** The formats that are offered. */
  get #offered(): Status['formats'] {
    return this.#status.formats.filter(({ enabled }) => enabled);
  }

  #observe(format: string, behindMs: number, rttMs: number | undefined): void {
    this.#behind.observe({ format }, behindMs / 1000);
    if (rttMs !== undefined) this.#rtt.observe({ format }, rttMs / 1000);
  }

  #addListeners(): void {
    this.#gauge('listeners', 'Listeners at the moment.', ['format'], (put) => {
      for (const { id, listeners } of audiences(this.#status)) put(listeners.length, { format: id });
    });
    this.#gauge('listeners_max', 'Places for listeners, all formats together.', [], (put) =>
      put(this.#status.listeners.max),
    );
    this.#counter('listeners_removed', 'Listeners that went, or were refused.', ['format', 'reason'], (put) => {
      for (const { id } of audiences(this.#status)) {
        for (const [reason, count] of Object.entries(this.#source.gone(id).removed)) put(count, { format: id, reason });
      }
    });
    this.#counter('sent_bytes', 'Bytes that listeners took.', ['format'], (put) => {
      for (const { id, listeners } of audiences(this.#status)) {
        const now = listeners.reduce((sum, { bytesSent }) => sum + bytesSent, 0);
        put(this.#source.gone(id).sentBytes + now, { format: id });
      }
    });
    this.#counter('retransmits', 'TCP segments that had to be sent again.', ['format'], (put) => {
      for (const { id, listeners } of audiences(this.#status)) {
        const now = listeners.reduce((sum, { retransmits }) => sum + (retransmits ?? 0), 0);
        put(this.#source.gone(id).retransmits + now, { format: id });
      }
    });
  }

  #addSound(): void {
    this.#gauge('encoder_running', 'Whether the encoder runs.', ['format'], (put) => {
      for (const { id, running } of this.#offered) put(Number(running), { format: id });
    });
    this.#counter('encoder_cpu_seconds', 'Time spent encoding.', ['format'], (put) => {
      for (const { id, cpuMs } of this.#offered) put(cpuMs / 1000, { format: id });
    });
    this.#gauge('programme_state', 'What the programme does: 1 for the state that it is in.', ['state'], (put) => {
      for (const state of PROGRAMME_STATES) put(Number(state === this.#status.programme.state), { state });
    });
    this.#gauge('programme_lag_seconds', 'How far the end of what was sent lies behind the present.', [], (put) =>
      put(this.#status.programme.lagMs / 1000),
    );
    this.#counter('programme_skipped_seconds', 'Time that was given up because the box stood still.', [], (put) =>
      put(this.#status.programme.skippedMs / 1000),
    );
    this.#counter('programme_mended_frames', 'Frames of silence in the place of lost ones.', [], (put) =>
      put(this.#status.programme.framesMended),
    );
    this.#gauge('source', 'Where the sound comes from: 1 for the kind that is open.', ['kind'], (put) => {
      for (const kind of SOURCE_KINDS) put(Number(kind === this.#status.source.kind), { kind });
    });
    this.#gauge('source_problem', 'Why the programme is not live: 1 for the cause.', ['cause'], (put) => {
      const cause = this.#status.programme.problem?.cause;
      if (cause !== undefined) put(1, { cause });
    });
    this.#counter('source_opens', 'How often a source was opened, or tried.', [], (put) =>
      put(this.#status.source.attempts),
    );
    this.#counter('source_xruns', 'Overruns of the card since it was opened.', [], (put) =>
      put(this.#status.source.xruns),
    );
    this.#counter('source_lost_frames', 'Frames lost since the card was opened.', ['where'], (put) => {
      put(this.#status.source.lostFrames?.card, { where: 'card' });
      put(this.#status.source.lostFrames?.ring, { where: 'ring' });
    });
  }

  #addPushes(): void {
    const labels = ['url', 'format'];
    this.#gauge('push_connected', 'Whether the box sends to that server.', labels, (put) => {
      for (const { url, format, state } of this.#status.pushes) put(Number(state === 'on air'), { url, format });
    });
    this.#counter('push_connects', 'How often the server took the stream.', labels, (put) => {
      for (const { url, format, connects } of this.#status.pushes) put(connects, { url, format });
    });
    this.#counter('push_failures', 'Connections that failed or were lost.', [...labels, 'reason'], (put) => {
      for (const { url, format, failures } of this.#status.pushes) {
        for (const [reason, count] of Object.entries(failures)) put(count, { url, format, reason });
      }
    });
    this.#counter('push_sent_bytes', 'Bytes that the server took.', labels, (put) => {
      for (const { url, format, sentBytes } of this.#status.pushes) put(sentBytes, { url, format });
    });
    this.#gauge('push_behind_seconds', 'How far the server is behind.', labels, (put) => {
      for (const { url, format, behindMs } of this.#status.pushes) put(behindMs / 1000, { url, format });
    });
  }

  #addProcess(): void {
    this.#gauge('info', 'The version that runs.', ['version'], (put) => put(1, { version: this.#status.version }));
    this.#gauge('uptime_seconds', 'Time since the start.', [], (put) => put(this.#status.uptimeS));
    this.#gauge('http_connections', 'Connections that are no listeners.', [], (put) =>
      put(this.#source.visitors()?.now),
    );
    this.#counter('http_connections_cut', 'Connections that were closed to keep bounds.', ['reason'], (put) => {
      const counts = this.#source.visitors()?.counts;
      put(counts?.turnedAway, { reason: 'turned away' });
      put(counts?.pushedOut, { reason: 'pushed out' });
      put(counts?.tooSlow, { reason: 'too slow' });
      put(counts?.tooHasty, { reason: 'too hasty' });
    });
    this.#counter('accept_failures', 'Connections that could not be accepted.', [], (put) =>
      put(this.#source.acceptFailures()),
    );
    // These two have names of their own, which dashboards for any program look for.
    this.#counter('process_cpu_seconds', 'CPU time of the process.', [], (put) => {
      const { user, system } = process.cpuUsage();
      put((user + system) / 1e6);
    });
    this.#gauge('process_resident_memory_bytes', 'Resident memory of the process.', [], (put) =>
      put(process.memoryUsage.rss()),
    );
  }

  /** A gauge whose values are asked for when the page is. Those that are not put do not appear. */
  #gauge(name: string, help: string, labelNames: string[], collect: (put: Put) => void): void {
    const gauge: Gauge = new Gauge({
      name: fullName(name),
      help,
      labelNames,
      registers: [this.#registry],
      collect: () => {
        gauge.reset();
        if (labelNames.length === 0) gauge.remove(); // The library would show 0 for what nobody knows.
        collect((value, labels = {}) => value !== undefined && gauge.set(labels, value));
      },
    });
  }

  /** A counter, likewise; `_total` is added to its name. */
  #counter(name: string, help: string, labelNames: string[], collect: (put: Put) => void): void {
    const counter: Counter = new Counter({
      name: `${fullName(name)}_total`,
      help,
      labelNames,
      registers: [this.#registry],
      collect: () => {
        counter.reset();
        collect((value, labels = {}) => value !== undefined && counter.inc(labels, value));
      },
    });
  }

  #histogram(kind: keyof typeof BUCKETS_S, help: string): Histogram<'format'> {
    return new Histogram({
      name: `boardfeed_listener_${kind}_seconds`,
      help,
      labelNames: ['format'],
      buckets: BUCKETS_S[kind],
      registers: [this.#registry],
    });
  }
}

function fullName(name: string): string {
  return name.startsWith('process_') ? name : `boardfeed_${name}`;
}

/** Everybody who listens, by what they get: the formats that are offered, and the pages. */
function audiences({ formats, live }: Status): { id: string; listeners: readonly ListenerStatus[] }[] {
  return [
    ...formats.filter(({ enabled }) => enabled),
    ...live.map(({ sound, listeners }) => ({ id: `live ${sound}`, listeners })),
  ];
}
