import { listDevices } from './capture/devices.ts';
import { CaptureMixer } from './capture/mixer.ts';
import { SourceUnavailable } from './capture/source.ts';
import { chooseRateHz, readSoundFile, type SourceOptions, sourceMaker } from './capture/sources.ts';
import { SourceSupervisor } from './capture/supervisor.ts';
import type { Config } from './config/schema.ts';
import type { RemovedListener } from './connections/listener.ts';
import { HealthReader } from './device/health.ts';
import type { Format } from './encoders/encoder.ts';
import { type ConfiguredFormat, configuredFormats } from './encoders/formats.ts';
import { addressKeys } from './http/address-key.ts';
import { addressesToShow } from './http/addresses.ts';
import { descriptorLimit, enoughDescriptors } from './http/descriptors.ts';
import { pageListeners, streamListeners } from './http/desk.ts';
import { LazyMetrics } from './http/lazy-metrics.ts';
import { parsePassword } from './http/passwords.ts';
import { Places } from './http/places.ts';
import { Report } from './http/report.ts';
import { createServer, type HttpServer } from './http/server.ts';
import { Tally } from './http/tally.ts';
import type { CertificateError } from './http/tls.ts';
import { Live } from './live/live.ts';
import type { PageState } from './live/page-state.ts';
import type { Logger } from './log.ts';
import { Outlet } from './outlet.ts';
import type { PcmFormat } from './pcm.ts';
import { createFallback, type FallbackChoice } from './programme/fallback.ts';
import { LevelHistory } from './programme/level-history.ts';
import { Programme } from './programme/programme.ts';
import { RecentSound } from './programme/recent-sound.ts';
import type { Push } from './push/push.ts';
import { Station } from './station.ts';

/** How long listeners have to take the rest of the stream when the box stops. */
const FAREWELL_MS = 1000;
/** A box without descriptors says so at most once in so long. */
const ACCEPT_COMPLAINT_MS = 60_000;

/** The whole box: builds every part in order and stops them in reverse. The only file that knows them all. */
export class Appliance {
  readonly #config: Config;
  readonly #version: string;
  readonly #log: Logger;
  readonly #station: Station;
  readonly #places: Places;
  readonly #tally = new Tally();
  readonly #levels = new LevelHistory();
  #acceptFailures = 0;
  #complainedAtMs = Number.NEGATIVE_INFINITY;
  /** What really plays when the input stays lost: not the file that is configured, when that cannot be read. */
  #fallback: FallbackChoice['kind'] = 'silence';
  #pcm: PcmFormat = { rateHz: 0, channels: 0 };
  #formats: ConfiguredFormat[] = [];
  #outlets: Outlet[] = [];
  #live: Live | undefined;
  #pushes: Push[] = [];
  #programme: Programme | undefined;
  #supervisor: SourceSupervisor | undefined;
  #report: Report | undefined;
  #metrics: LazyMetrics | undefined;
  #server: HttpServer | undefined;

  constructor(config: Config, version: string, log: Logger) {
    this.#config = config;
    this.#version = version;
    this.#log = log;
    this.#station = new Station(config.station);
    const { max, max_per_address: maxPerAddress } = config.listeners;
    this.#places = new Places({ max, maxPerAddress, keyOf: addressKeys() });
  }

  /** Goes on air. Resolves when listeners can come; rejects when the address cannot be had. */
  async start(): Promise<void> {
    const { input, http, tls, listeners } = this.#config;
    const source: SourceOptions = { ...input, periodMs: input.period_ms, bufferMs: input.buffer_ms };
    this.#pcm = { rateHz: await chooseRateHz(source, input.rate_hz), channels: input.channels.length };
    if (this.#pcm.rateHz !== input.rate_hz)
      this.#log.warn(`the card does not offer ${input.rate_hz} Hz: using ${this.#pcm.rateHz} Hz`);
    const recentSound = new RecentSound(this.#pcm, listeners.backlog_ms / 2);
    this.#formats = configuredFormats(this.#config, this.#pcm);
    const offered = this.#formats.filter(({ enabled }) => enabled);
    this.#outlets = offered.map(({ format }) => this.#createOutlet(format, recentSound));
    this.#live = this.#createLive();
    this.#pushes = await this.#createPushes();
    this.#programme = await this.#createProgramme(recentSound, this.#live);
    this.#supervisor = this.#createSupervisor(source, this.#programme);
    const limit = descriptorLimit();
    if (!enoughDescriptors(listeners.max, limit))
      this.#log.warn(`listeners.max = ${listeners.max} is more than this process has descriptors for (${limit})`);
    this.#server = await this.#createServer(this.#programme, this.#supervisor, this.#live);
    await this.#server.listen(http, (error) => this.#acceptFailed(error));
    if (tls.certificate !== '') this.#log.info(`https on port ${tls.port}`);
    this.#programme.start();
    this.#supervisor.start();
    for (const push of this.#pushes) push.start();
  }

  /** Goes off air in order: listeners, and servers that it sends to, get what is finished and a clean end. */
  async stop(): Promise<void> {
    this.#supervisor?.stop();
    this.#programme?.stop();
    const senders = [...this.#pushes, ...(this.#live ? [this.#live] : []), ...this.#outlets];
    await Promise.all(senders.map((part) => part.close(FAREWELL_MS)));
    this.#metrics?.close();
    await this.#server?.close();
  }

  /** The addresses that are worth printing, as paths with their formats. */
  get formats(): Format[] {
    return this.#outlets.map(({ feed }) => feed.format);
  }

  #createOutlet(format: Format, recentSound: RecentSound): Outlet {
    const { listeners } = this.#config;
    return new Outlet(format, this.#pcm, {
      recentSound,
      stallMs: listeners.stall_ms,
      backlogMs: listeners.backlog_ms,
      coalesceMs: listeners.coalesce_ms,
      lingerMs: listeners.linger_s * 1000,
      station: this.#station,
      places: this.#places,
      onGone: (listener) => this.#listenerGone(format.id, listener),
    });
  }

  #createLive(): Live {
    const { listeners } = this.#config;
    const live = new Live({
      pcm: this.#pcm,
      stallMs: listeners.stall_ms,
      backlogMs: listeners.backlog_ms,
      coalesceMs: listeners.coalesce_ms,
      places: this.#places,
      watchers: new Places(this.#places.limits),
      state: () => this.#report?.page() as PageState,
      onGone: (sound, listener) => this.#listenerGone(`live ${sound}`, listener),
      onRefused: (sound) => this.#tally.refused(`live ${sound}`),
    });
    live.setOpus(this.#outlets.find(({ feed }) => feed.format.packets)?.feed);
    return live;
  }

  #listenerGone(what: string, listener: RemovedListener): void {
    const { reason, connectedMs, error } = listener;
    const why = error ? `${reason} (${error.message})` : reason;
    this.#log.debug(`listener of ${what} gone after ${(connectedMs / 1000).toFixed(1)} s: ${why}`);
    this.#tally.left(what, listener);
    this.#metrics?.left(what, listener);
  }

  /** Most boxes send to nobody, and should not carry what that needs. */
  async #createPushes(): Promise<Push[]> {
    const { push, listeners } = this.#config;
    if (push.length === 0) return [];
    const { createPushes } = await import('./push/pushes.ts');
    const feeds = this.#outlets.map(({ feed }) => feed);
    return createPushes(push, feeds, {
      station: this.#station,
      pcm: this.#pcm,
      userAgent: `Boardfeed/${this.#version}`,
      log: this.#log,
      stallMs: listeners.stall_ms,
    });
  }

  async #createProgramme(recentSound: RecentSound, live: Live): Promise<Programme> {
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
        write: (samples, endMs) => {
          recentSound.write(samples);
          live.write(samples, endMs);
          for (const { feed } of this.#outlets) feed.write(samples);
        },
      },
      onState: (state, problem) => {
        this.#levels.state(state);
        this.#log.info(`programme: ${state}${problem ? ` (${problem.message})` : ''}`);
      },
      onLevels: (window) => this.#levels.window(window),
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

  /** Descriptors or memory are used up. Those who listen have theirs; the flood that caused it will end. */
  #acceptFailed(error: Error): void {
    this.#acceptFailures++;
    if (performance.now() - this.#complainedAtMs < ACCEPT_COMPLAINT_MS) return;
    this.#complainedAtMs = performance.now();
    this.#log.error(`a connection could not be accepted: ${error.message}`);
  }

  #certificateNews(problem?: CertificateError): void {
    if (!problem) this.#log.info('tls: the renewed certificate is in use');
    else this.#log.warn(`tls.${problem.fault}: ${problem.message}; the old certificate stays in use`);
  }

  #createServer(programme: Programme, supervisor: SourceSupervisor, live: Live): Promise<HttpServer> {
    const { input, listeners, http, tls } = this.#config;
    const report = new Report({
      station: this.#station,
      version: this.#version,
      pcm: this.#pcm,
      fallback: this.#fallback,
      wanted: input.source,
      programme,
      supervisor,
      formats: this.#formats,
      outlets: this.#outlets,
      pushes: this.#pushes,
      live,
      addresses: () => addressesToShow(http.host, http.port),
      places: this.#places,
      tally: this.#tally,
    });
    this.#report = report;
    const metrics = new LazyMetrics({
      status: () => report.status(),
      gone: (formatId) => this.#tally.of(formatId),
      visitors: () => this.#server?.visitors,
      acceptFailures: () => this.#acceptFailures,
    });
    this.#metrics = metrics;
    return createServer({
      station: this.#station,
      version: this.#version,
      pcm: this.#pcm,
      passwords: {
        listeners: listeners.password === '' ? undefined : parsePassword(listeners.password),
        admin: http.admin_password === '' ? undefined : parsePassword(http.admin_password),
      },
      tls: tls.certificate === '' ? undefined : { ...tls, onNews: (problem) => this.#certificateNews(problem) },
      burstMs: listeners.burst_ms,
      maxBurstMs: listeners.backlog_ms / 2,
      sources: this.#outlets.map(({ source }) => source),
      live,
      places: this.#places,
      onRefused: (formatId) => this.#tally.refused(formatId),
      status: () => report.status(),
      health: () => report.health(),
      metrics: () => metrics.page(),
      listDevices,
      desk: {
        mixer: new CaptureMixer(() => supervisor.status),
        levels: this.#levels,
        listeners: [() => streamListeners(this.#outlets), () => pageListeners(live.listeners())],
        health: new HealthReader({ version: this.#version, source: () => supervisor.status }),
      },
      onError: (error) => this.#log.error(error, 'a request failed'),
    });
  }
}
