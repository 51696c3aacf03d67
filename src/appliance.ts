import { listDevices } from './capture/devices.ts';
import { Input } from './capture/input.ts';
import { CaptureMixer } from './capture/mixer.ts';
import { SourceUnavailable } from './capture/source.ts';
import { chooseRateHz, sourceOptions } from './capture/sources.ts';
import type { ConfigFile } from './config/config-file.ts';
import type { Config } from './config/schema.ts';
import type { RemovedListener } from './connections/listener.ts';
import { lazySettings } from './desk/lazy-settings.ts';
import type { ChangeableParts, PresentSettings } from './desk/parts.ts';
import { Device } from './device/device.ts';
import type { Format } from './encoders/encoder.ts';
import { AcceptFailures } from './http/accept-failures.ts';
import { addressKeys } from './http/address-key.ts';
import { addressesToShow } from './http/addresses.ts';
import { descriptorWarning } from './http/descriptors.ts';
import { pageListeners, streamListeners } from './http/desk.ts';
import { LazyMetrics } from './http/lazy-metrics.ts';
import { parsePassword } from './http/passwords.ts';
import { Places } from './http/places.ts';
import { Report } from './http/report.ts';
import { createServer, type HttpServer } from './http/server.ts';
import type { SettingsSource } from './http/settings.ts';
import { Tally } from './http/tally.ts';
import type { CertificateError } from './http/tls.ts';
import { Live } from './live/live.ts';
import type { PageState } from './live/page-state.ts';
import type { Logger } from './log.ts';
import { Outlet } from './outlet.ts';
import { Outlets } from './outlets.ts';
import type { PcmFormat } from './pcm.ts';
import type { FallbackChoice } from './programme/fallback.ts';
import { LevelHistory } from './programme/level-history.ts';
import { Programme, type ProgrammeOutput } from './programme/programme.ts';
import { programmeRules, readFallback } from './programme/programme-rules.ts';
import { RecentSound } from './programme/recent-sound.ts';
import type { Pushes } from './push/pushes.ts';
import { Station } from './station.ts';

/** How long listeners have to take the rest of the stream when the box stops. */
const FAREWELL_MS = 1000;

/** What an appliance is built from. */
export interface ApplianceOptions {
  readonly config: Config;
  /** Where that came from, and where the desk's changes go. */
  readonly file: ConfigFile;
  readonly version: string;
  readonly log: Logger;
  /** What stands still, in words. */
  standstills(): readonly string[];
  /** Throws `ConfigError` when the file is no good by now. Returns what stops this appliance and starts another. */
  prepareRestart(): () => void;
}

/** The parts that others ask things of. */
interface OnAir extends Pick<ChangeableParts, 'programme' | 'input' | 'outlets'> {
  readonly live: Live;
}

/** The whole box: builds every part in order and stops them in reverse. The only file that knows them all. */
export class Appliance {
  readonly #options: ApplianceOptions;
  readonly #config: Config;
  readonly #version: string;
  readonly #log: Logger;
  readonly #station: Station;
  readonly #places: Places;
  /** Places of pages that only watch. */
  readonly #watchers: Places;
  readonly #tally = new Tally();
  readonly #levels = new LevelHistory();
  readonly device: Device;
  readonly #acceptFailures: AcceptFailures;
  readonly #present: PresentSettings;
  /** Where the box can be opened, for pages and files to show. */
  readonly #addresses: () => string[];
  #pcm: PcmFormat = { rateHz: 0, channels: 0 };
  #outlets: Outlets | undefined;
  #live: Live | undefined;
  #pushes: Pushes | undefined;
  #programme: Programme | undefined;
  #input: Input | undefined;
  #report: Report | undefined;
  #metrics: LazyMetrics | undefined;
  #server: HttpServer | undefined;

  constructor(options: ApplianceOptions) {
    const { config, version, log } = options;
    this.#options = options;
    this.#config = config;
    this.#version = version;
    this.#log = log;
    this.#acceptFailures = new AcceptFailures(log);
    this.#station = new Station(config.station);
    const { max, max_per_address: maxPerAddress, burst_ms: burstMs } = config.listeners;
    const limits = { max, maxPerAddress, keyOf: addressKeys() };
    this.#places = new Places(limits);
    this.#watchers = new Places(limits);
    this.#present = { burstMs, fallback: 'silence' };
    this.#addresses = addressesToShow(config.http.host, config.http.port);
    this.device = new Device(options);
  }

  /** Goes on air. Resolves when listeners can come; rejects when the address cannot be had. */
  async start(): Promise<void> {
    const { input, http, tls, listeners } = this.#config;
    const rateHz = await chooseRateHz(sourceOptions(input), input.rate_hz);
    this.#pcm = { rateHz, channels: input.channels.length };
    if (rateHz !== input.rate_hz) this.#log.warn(`the card does not offer ${input.rate_hz} Hz: using ${rateHz} Hz`);
    const recentSound = new RecentSound(this.#pcm, listeners.backlog_ms / 2);
    const outlets = new Outlets(this.#config, this.#pcm, (format) => this.#createOutlet(format, recentSound));
    this.#outlets = outlets;
    const live = this.#createLive(outlets);
    this.#live = live;
    this.#pushes = await this.#createPushes(outlets);
    const write = (samples: Float32Array, endMs: number) => {
      recentSound.write(samples);
      live.write(samples, endMs);
      outlets.write(samples);
    };
    const programme = await this.#createProgramme({ write });
    this.#programme = programme;
    this.#input = new Input(input, this.#pcm, programme, this.#log);
    const warning = descriptorWarning(listeners.max);
    if (warning) this.#log.warn(warning);
    this.#server = await this.#createServer({ programme, input: this.#input, outlets, live });
    await this.#server.listen(http, (error) => this.#acceptFailures.add(error));
    if (tls.certificate !== '') this.#log.info(`https on port ${tls.port}`);
    programme.start();
    this.#input.start();
    this.#pushes?.start();
    this.device.start({
      rateHz,
      programme,
      input: this.#input,
      outlets,
      fallback: () => this.#present.fallback,
      name: () => this.#station.tags.name,
      addresses: this.#addresses,
    });
  }

  /** Goes off air in order: listeners, and servers that it sends to, get what is finished and a clean end. */
  async stop(): Promise<void> {
    this.device.stop();
    this.#input?.stop();
    this.#programme?.stop();
    await Promise.all([this.#pushes, this.#live, this.#outlets].map((part) => part?.close(FAREWELL_MS)));
    this.#metrics?.close();
    await this.#server?.close();
  }

  /** How it is; undefined until its parts are there. */
  get report(): Report | undefined {
    return this.#report;
  }

  /** The addresses that are worth printing, as paths with their formats. */
  get formats(): Format[] {
    return this.#outlets?.all.map(({ feed }) => feed.format) ?? [];
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

  #createLive(outlets: Outlets): Live {
    const { listeners } = this.#config;
    const live = new Live({
      pcm: this.#pcm,
      stallMs: listeners.stall_ms,
      backlogMs: listeners.backlog_ms,
      coalesceMs: listeners.coalesce_ms,
      places: this.#places,
      watchers: this.#watchers,
      state: () => this.#report?.page() as PageState,
      onGone: (sound, listener) => this.#listenerGone(`live ${sound}`, listener),
      onRefused: (sound) => this.#tally.refused(`live ${sound}`),
    });
    const setOpus = () => live.setOpus(outlets.of('opus')?.feed);
    setOpus();
    outlets.onChange((formatId) => formatId === 'opus' && setOpus());
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
  async #createPushes(outlets: Outlets): Promise<Pushes | undefined> {
    const { push, listeners } = this.#config;
    if (push.length === 0) return undefined;
    const { Pushes } = await import('./push/pushes.ts');
    const pushes = new Pushes(push, (formatId) => outlets.of(formatId)?.feed, {
      station: this.#station,
      pcm: this.#pcm,
      userAgent: `Boardfeed/${this.#version}`,
      log: this.#log,
      stallMs: listeners.stall_ms,
    });
    outlets.onChange((formatId) => pushes.renew(formatId, FAREWELL_MS));
    return pushes;
  }

  async #createProgramme(output: ProgrammeOutput): Promise<Programme> {
    const { programme } = this.#config;
    const fallback = await readFallback(programme.fallback, this.#pcm).catch((error: unknown): FallbackChoice => {
      if (!(error instanceof SourceUnavailable)) throw error;
      // It must not keep the box off the air.
      this.#log.error(`programme.fallback: ${error.message}; falling back to silence instead`);
      return { kind: 'silence' };
    });
    this.#present.fallback = fallback.kind;
    return new Programme({
      ...programmeRules(programme, fallback, this.#pcm),
      format: this.#pcm,
      output,
      onState: (state, problem) => {
        this.#levels.state(state);
        this.#input?.heard(state, problem);
      },
      onLevels: (window) => this.#levels.window(window),
    });
  }

  #certificateNews(problem?: CertificateError): void {
    if (!problem) this.#log.info('tls: the renewed certificate is in use');
    else this.#log.warn(`tls.${problem.fault}: ${problem.message}; the old certificate stays in use`);
  }

  #createSettings({ programme, input, outlets }: OnAir): Pick<SettingsSource, 'get' | 'change'> {
    return lazySettings(this.#options.file, this.#config, {
      pcm: this.#pcm,
      station: this.#station,
      input,
      programme,
      outlets,
      places: [this.#places, this.#watchers],
      log: this.#log,
      farewellMs: FAREWELL_MS,
      present: this.#present,
    });
  }

  #createServer(onAir: OnAir): Promise<HttpServer> {
    const { programme, input, outlets, live } = onAir;
    const { listeners, http, tls } = this.#config;
    const report = new Report({
      station: this.#station,
      version: this.#version,
      pcm: this.#pcm,
      fallback: () => this.#present.fallback,
      programme,
      input,
      outlets,
      pushes: () => this.#pushes?.status() ?? [],
      live,
      addresses: this.#addresses,
      places: this.#places,
      tally: this.#tally,
      device: this.device,
    });
    this.#report = report;
    const metrics = new LazyMetrics({
      status: () => report.status(),
      gone: (formatId) => this.#tally.of(formatId),
      visitors: () => this.#server?.visitors,
      acceptFailures: () => this.#acceptFailures.count,
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
      burstMs: () => this.#present.burstMs,
      maxBurstMs: listeners.backlog_ms / 2,
      sources: () => outlets.sources,
      live,
      places: this.#places,
      settings: { ...this.#createSettings(onAir), prepareRestart: () => this.#options.prepareRestart() },
      onRefused: (formatId) => this.#tally.refused(formatId),
      status: () => report.status(),
      health: () => report.health(),
      metrics: () => metrics.page(),
      listDevices,
      desk: {
        mixer: new CaptureMixer(() => input.status),
        levels: this.#levels,
        listeners: [() => streamListeners(outlets.all), () => pageListeners(live.listeners())],
        health: this.device.health,
      },
      onError: (error) => this.#log.error(error, 'a request failed'),
    });
  }
}
