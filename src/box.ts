import { Appliance, type ApplianceOptions } from './appliance.ts';
import type { ConfigFile } from './config/config-file.ts';
import type { Config } from './config/schema.ts';
import type { Device } from './device/device.ts';
import type { Panel } from './device/panel/panel.ts';
import type { Vitals } from './device/watchdog/judge.ts';
import { openAddresses } from './http/addresses.ts';
import type { Report } from './http/report.ts';
import type { Logger } from './log.ts';

/** What the box needs of an appliance. */
type PartOfBox = Pick<Appliance, 'start' | 'stop' | 'formats'> & {
  readonly device: Pick<Device, 'vitals' | 'statusLine'>;
  readonly report?: Pick<Report, 'panel'> | undefined;
};

/** What the box is made of. */
export interface BoxOptions {
  readonly file: ConfigFile;
  readonly version: string;
  readonly log: Logger;
  /** Status LED and button, which go on through all restarts. */
  readonly panel?: Pick<Panel, 'use' | 'follow' | 'stopping' | 'close'>;
  /** What stands still, in words. */
  standstills(): readonly string[];
  /** Told when the box is off air after a restart, and why. */
  onFailed(error: unknown): void;
  /** Default: the real one. */
  readonly create?: (options: ApplianceOptions) => PartOfBox;
}

/** The box through all its restarts: one appliance after the other, in the same process. */
export class Box {
  readonly #options: BoxOptions;
  #appliance: Pick<Appliance, 'stop'> | undefined;
  /** The same, from when listeners can come until it goes off air. */
  #onAir: PartOfBox | undefined;
  #stopping = false;
  /** While one appliance makes place for the next. */
  #restarting: Promise<void> | undefined;

  constructor(options: BoxOptions) {
    this.#options = options;
    options.panel?.follow(() => this.#onAir?.report?.panel());
  }

  /** Goes on air. Rejects when the address cannot be had. */
  async start(config: Config): Promise<void> {
    const { file, version, log, panel, standstills, create = (options) => new Appliance(options) } = this.#options;
    log.level = config.log.level;
    panel?.use(config);
    const prepareRestart = () => this.#prepareRestart(config);
    const appliance = create({ config, file, version, log, standstills, prepareRestart });
    this.#appliance = appliance;
    try {
      await appliance.start();
    } catch (error) {
      await appliance.stop();
      throw error;
    }
    this.#onAir = appliance;
    const addresses = openAddresses(config.http.host, config.http.port);
    log.info(`on air; open ${addresses.join(' or ')}`);
    const [first = ''] = addresses;
    const players = appliance.formats.map(({ id, description }) => `${first}stream.${id} (${description})`);
    log.info(`players: ${players.join(', ')}`);
  }

  /** What shows whether it moves; undefined while it is off air. */
  vitals(): Vitals | undefined {
    return this.#onAir?.device.vitals();
  }

  /** How it is, in one line. */
  statusLine(): string {
    return this.#onAir?.device.statusLine() ?? 'restarting';
  }

  /** Goes off air in order, also in the middle of a restart. */
  async stop(): Promise<void> {
    const { panel } = this.#options;
    this.#stopping = true;
    panel?.stopping();
    this.#onAir = undefined;
    await this.#restarting;
    await this.#appliance?.stop();
    await panel?.close();
  }

  /** Throws `ConfigError` when the file is no good: the box then stays as it is. Returns what begins the restart. */
  #prepareRestart(running: Config): () => void {
    const { config } = this.#options.file.load();
    return () => {
      if (this.#stopping) return;
      this.#restarting ??= this.#restart(config, running)
        .catch((error: unknown) => this.#options.onFailed(error))
        .finally(() => {
          this.#restarting = undefined;
        });
    };
  }

  async #restart(config: Config, running: Config): Promise<void> {
    const { log } = this.#options;
    log.info('restarting: going off air');
    this.#onAir = undefined;
    await this.#appliance?.stop();
    this.#appliance = undefined;
    if (this.#stopping) return;
    try {
      await this.start(config);
    } catch (error) {
      // A port that cannot be had must not take the box off the air from afar: as it was before, it could be reached.
      log.error(`restarting: ${(error as Error).message}; going on with the old configuration`);
      if (!this.#stopping) await this.start(running);
    }
  }
}
