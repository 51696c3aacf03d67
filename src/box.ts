import { Appliance } from './appliance.ts';
import type { ConfigFile } from './config/config-file.ts';
import type { Config } from './config/schema.ts';
import { openAddresses } from './http/addresses.ts';
import type { Logger } from './log.ts';

/** The box through all its restarts: one appliance after the other, in the same process. */
export class Box {
  readonly #file: ConfigFile;
  readonly #version: string;
  readonly #log: Logger;
  #appliance: Appliance | undefined;
  #stopping = false;
  /** While one appliance makes place for the next. */
  #restarting: Promise<void> | undefined;
  readonly #onFailed: (error: unknown) => void;

  /** @param onFailed told when the box is off air after a restart, and why */
  constructor(file: ConfigFile, version: string, log: Logger, onFailed: (error: unknown) => void) {
    this.#file = file;
    this.#version = version;
    this.#log = log;
    this.#onFailed = onFailed;
  }

  /** Goes on air. Rejects when the address cannot be had. */
  async start(config: Config): Promise<void> {
    const appliance = new Appliance({
      config,
      file: this.#file,
      version: this.#version,
      log: this.#log,
      prepareRestart: () => this.#prepareRestart(config),
    });
    this.#appliance = appliance;
    try {
      await appliance.start();
    } catch (error) {
      await appliance.stop();
      throw error;
    }
    const addresses = openAddresses(config.http.host, config.http.port);
    this.#log.info(`on air; open ${addresses.join(' or ')}`);
    const [first = ''] = addresses;
    const players = appliance.formats.map(({ id, description }) => `${first}stream.${id} (${description})`);
    this.#log.info(`players: ${players.join(', ')}`);
  }

  /** Goes off air in order, also in the middle of a restart. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#restarting;
    await this.#appliance?.stop();
  }

  /** Throws `ConfigError` when the file is no good: the box then stays as it is. Returns what begins the restart. */
  #prepareRestart(running: Config): () => void {
    const { config } = this.#file.load();
    return () => {
      if (this.#stopping) return;
      this.#restarting ??= this.#restart(config, running)
        .catch((error: unknown) => this.#onFailed(error))
        .finally(() => {
          this.#restarting = undefined;
        });
    };
  }

  async #restart(config: Config, running: Config): Promise<void> {
    this.#log.info('restarting: going off air');
    await this.#appliance?.stop();
    this.#appliance = undefined;
    if (this.#stopping) return;
    this.#log.level = config.log.level;
    try {
      await this.start(config);
    } catch (error) {
      // A port that cannot be had must not take the box off the air from afar: as it was before, it could be reached.
      this.#log.error(`restarting: ${(error as Error).message}; going on with the old configuration`);
      if (!this.#stopping) await this.start(running);
    }
  }
}
