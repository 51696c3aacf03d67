import { once } from 'node:events';
import type { FastifyInstance } from 'fastify';
import { listDevices } from './capture/devices.ts';
import { SourceUnavailable } from './capture/source.ts';
import { chooseRateHz, readSoundFile, type SourceOptions, sourceMaker } from './capture/sources.ts';
import { SourceSupervisor } from './capture/supervisor.ts';
import type { Config } from './config/schema.ts';
import { ConnectionManager } from './connections/connection-manager.ts';
import type { Format } from './encoders/encoder.ts';
import { Feed } from './encoders/feed.ts';
import { mp3Format } from './encoders/mp3.ts';
import { wavFormat } from './encoders/wav.ts';
import { createServer } from './http/server.ts';
import type { Health, Status } from './http/status.ts';
import type { StreamSource } from './http/streams.ts';
import type { Logger } from './log.ts';
import type { PcmFormat } from './pcm.ts';
import { createFallback, type FallbackChoice } from './programme/fallback.ts';
import { Programme } from './programme/programme.ts';

/** The programme has stood still when what was sent ends so far in the past. */
const STANDSTILL_MS = 2000;
/** How long listeners have to take the rest of the stream when the box stops. */
const FAREWELL_MS = 1000;

/** One format from its encoder to its listeners. */
interface Outlet {
  feed: Feed;
  connections: ConnectionManager;
}

/** The whole box: builds every part in order and stops them in reverse. The only file that knows them all. */
export class Appliance {
  readonly #config: Config;
  readonly #version: string;
  readonly #log: Logger;
  readonly #removed: Record<string, number> = {};
  #refused = 0;
  /** What really plays when the input stays lost: not the file that is configured, when that cannot be read. */
  #fallback: FallbackChoice['kind'] = 'silence';
  #pcm: PcmFormat = { rateHz: 0, channels: 0 };
  #outlets: Outlet[] = [];
  #programme: Programme | undefined;
  #supervisor: SourceSupervisor | undefined;
  #server: FastifyInstance | undefined;

  constructor(config: Config, version: string, log: Logger) {
    this.#config = config;
    this.#version = version;
    this.#log = log;
  }

  /** Goes on air. Resolves when listeners can come; rejects when the address cannot be had. */
  async start(): Promise<void> {
    const { input, http } = this.#config;
    const source: SourceOptions = { ...input, periodMs: input.period_ms, bufferMs: input.buffer_ms };
    this.#pcm = { rateHz: await chooseRateHz(source, input.rate_hz), channels: input.channels.length };
    if (this.#pcm.rateHz !== input.rate_hz)
      this.#log.warn(`the card does not offer ${input.rate_hz} Hz: using ${this.#pcm.rateHz} Hz`);
    this.#outlets = this.#formats().map((format) => this.#createOutlet(format));
    this.#programme = await this.#createProgramme();
    this.#supervisor = this.#createSupervisor(source, this.#programme);
    this.#server = await this.#createServer();
    await this.#server.ready();
    // Node's own listen, not Fastify's: without a host it takes IPv6 and IPv4, or IPv4 alone where there is no IPv6.
    this.#server.server.listen({ port: http.port, ...(http.host ? { host: http.host } : {}) });
    await once(this.#server.server, 'listening');
    this.#programme.start();
    this.#supervisor.start();
  }

  /** Goes off air in order: listeners get what is finished and a clean end. */
  async stop(): Promise<void> {
    this.#supervisor?.stop();
    this.#programme?.stop();
    await Promise.all(this.#outlets.map(({ connections }) => connections.close(FAREWELL_MS)));
    for (const { feed } of this.#outlets) feed.close();
    await this.#server?.close();
  }

  /** The addresses that are worth printing, as paths with their formats. */
  get formats(): Format[] {
    return this.#outlets.map(({ feed }) => feed.format);
  }

  #formats(): Format[] {
    const { mp3, wav } = this.#config;
    return [
      ...(mp3.enabled ? [mp3Format(this.#pcm, mp3.bitrate_kbps)] : []),
      ...(wav.enabled ? [wavFormat(this.#pcm, wav.bits)] : []),
    ];
  }

  #createOutlet(format: Format): Outlet {
    const { listeners } = this.#config;
    const connections = new ConnectionManager({
      bytesPerSecond: format.bytesPerSecond,
      stallMs: listeners.stall_ms,
      backlogMs: listeners.backlog_ms,
      onRemoved: ({ reason, connectedMs }) => {
        this.#removed[reason] = (this.#removed[reason] ?? 0) + 1;
        this.#log.debug(`listener of ${format.id} gone after ${(connectedMs / 1000).toFixed(1)} s: ${reason}`);
        feed.release();
      },
    });
    const feed = new Feed(format, connections, listeners.linger_s * 1000);
    return { feed, connections };
  }

  async #createProgramme(): Promise<Programme> {
    const { programme } = this.#config;
    const fallback = await this.#fallbackChoice(programme.fallback);
    this.#fallback = fallback.kind;
    return new Programme({
      format: this.#pcm,
      graceMs: programme.grace_s * 1000,
      silenceDbfs: programme.silence_dbfs,
      silenceAfterMs: programme.silence_after_s * 1000,
      fallback: createFallback(fallback, this.#pcm),
      output: {
        write: (samples) => {
          for (const { feed } of this.#outlets) feed.write(samples);
        },
      },
      onState: (state, problem) => this.#log.info(`programme: ${state}${problem ? ` (${problem.message})` : ''}`),
    });
  }

  /** A fallback file that cannot be read must not keep the box off the air: it falls back to silence and says so. */
  async #fallbackChoice(fallback: string): Promise<FallbackChoice> {
    if (!fallback.startsWith('file:')) return { kind: fallback === 'tone' ? 'tone' : 'silence' };
    try {
      return { kind: 'file', samples: await readSoundFile(fallback.slice('file:'.length), this.#pcm) };
    } catch (error) {
      if (!(error instanceof SourceUnavailable)) throw error;
      this.#log.error(`programme.fallback: ${error.message}; falling back to silence instead`);
      return { kind: 'silence' };
    }
  }

  #createSupervisor(options: SourceOptions, programme: Programme): SourceSupervisor {
    let realtimeTold = false;
    return new SourceSupervisor(sourceMaker(options, this.#pcm), programme, {
      onLive: (source) => {
        const { granted, realtime } = source.facts();
        this.#log.info(granted ?? {}, `source: ${source.kind} ${source.name}`);
        if (source.kind === 'demo' && options.source === 'auto') {
          this.#log.warn('NO SOUND CARD: playing the demo signal until one is plugged in');
        }
        if (realtime && !realtime.granted && !realtimeTold)
          this.#log.warn(`capture runs without real-time priority: ${realtime.message}`);
        realtimeTold ||= realtime !== undefined;
      },
      onProblem: ({ cause, message }) => this.#log.warn(`source: ${cause}: ${message}; trying again`),
    });
  }

  #createServer(): Promise<FastifyInstance> {
    const { station, listeners } = this.#config;
    return createServer({
      stationName: station.name,
      sources: this.#outlets.map(streamSource),
      maxListeners: listeners.max,
      countListeners: () => this.#countListeners(),
      onRefused: () => void this.#refused++,
      status: () => this.#status(),
      health: () => this.#health(),
      listDevices,
      onError: (error) => this.#log.error(error, 'a request failed'),
    });
  }

  #countListeners(): number {
    return this.#outlets.reduce((sum, { connections }) => sum + connections.size, 0);
  }

  #status(): Status {
    if (!this.#programme || !this.#supervisor) throw new Error('asked for the status before the start');
    return {
      name: this.#config.station.name,
      version: this.#version,
      uptimeS: process.uptime(),
      programme: { ...this.#programme.status, ...this.#pcm, fallback: this.#fallback },
      source: { wanted: this.#config.input.source, ...this.#supervisor.status },
      formats: this.#outlets.map(({ feed, connections }) => {
        const { id, mimeType, description, bytesPerSecond } = feed.format;
        return {
          id,
          path: `/stream.${id}`,
          mimeType,
          description,
          bytesPerSecond,
          running: feed.running,
          cpuMs: feed.cpuMs,
          listeners: connections.snapshot().map(({ connectedMs, takenBytes, backlogBytes }) => ({
            connectedS: connectedMs / 1000,
            bytesSent: takenBytes,
            behindMs: (backlogBytes / bytesPerSecond) * 1000,
          })),
        };
      }),
      listeners: {
        now: this.#countListeners(),
        max: this.#config.listeners.max,
        refused: this.#refused,
        removed: this.#removed,
      },
    };
  }

  #health(): Health {
    const { programme, source } = this.#status();
    const reasons: string[] = [];
    const ok = programme.lagMs < STANDSTILL_MS;
    if (!ok) reasons.push(`the programme has stood still for ${Math.round(programme.lagMs)} ms`);
    if (programme.state !== 'live') reasons.push(`${programme.state}: ${programme.problem?.message ?? 'no input yet'}`);
    else if (programme.level !== 'signal') reasons.push(`the input is ${programme.level}`);
    if (source.kind === 'demo') reasons.push('playing the demo signal');
    return { ok, reasons };
  }
}

function streamSource({ feed, connections }: Outlet): StreamSource {
  return {
    format: feed.format,
    join: () => feed.acquire(),
    leave: () => feed.release(),
    addClient: (socket, clientId) => connections.addClient(socket, clientId),
  };
}
