import { ConfigError } from '../config/config.ts';
import type { Changes, ConfigFile } from '../config/config-file.ts';
import { crossFaults } from '../config/cross-faults.ts';
import { WriteProblem } from '../config/replace-file.ts';
import type { Config } from '../config/schema.ts';
import type { SettingField, Settings } from './contract.ts';
import { SETTINGS, settingIn } from './setting-fields.ts';

/** A part of the box that takes settings while it is on air. */
export interface Part {
  /** The keys that it takes. */
  readonly keys: readonly string[];
  /**
   * Gets ready for other settings. Rejects with `ConfigError` for what cannot be had. Resolves with what puts them into effect,
   * which is called when they stand in the file.
   *
   * @param named the keys that somebody has set, maybe to what they were
   */
  prepare(settings: Config, named: ReadonlySet<string>): Promise<() => void>;
}

/** What the desk may change of the configuration: in the file, and in the box where that takes effect at once. */
export class DeskSettings {
  readonly #file: ConfigFile;
  readonly #parts: readonly Part[];
  /** What the box goes by at present. */
  #running: Config;
  /** One change after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(file: ConfigFile, running: Config, parts: readonly Part[]) {
    this.#file = file;
    this.#running = running;
    this.#parts = parts;
  }

  /** The settings as they stand in the file. */
  async get(): Promise<Settings> {
    const place = await this.#file.place();
    try {
      return this.#settings(await this.#file.current(), place);
    } catch (error) {
      if (!(error instanceof ConfigError || error instanceof WriteProblem)) throw error;
      // Somebody has spoilt the file. A change may mend it.
      return this.#settings(this.#running, { ...place, problem: place.problem ?? error.message });
    }
  }

  /** Sets keys, all or none. Rejects with `ConfigError` or `WriteProblem`; then nothing has changed. */
  change(changes: Changes): Promise<Settings> {
    const changed = this.#last.then(() => this.#change(changes));
    this.#last = changed.catch(() => {}); // Whoever asked hears of it; the next one must not.
    return changed;
  }

  async #change(changes: Changes): Promise<Settings> {
    const faults = Object.keys(changes).flatMap((name) => this.#refusal(name) ?? []);
    if (faults.length > 0) throw new ConfigError(faults);
    let running = this.#running;
    let effects: (() => void)[] = [];
    await this.#file.change(changes, async (config) => {
      const named = new Set(Object.keys(changes).filter((name) => this.#takesAtOnce(name, config)));
      const next = merged(this.#running, config, named);
      // What does not go together with something that waits for a restart waits with it.
      if (crossFaults(next).length > 0) return;
      running = next;
      const parts = this.#parts.filter(({ keys }) => keys.some((key) => named.has(key)));
      effects = await Promise.all(parts.map((part) => part.prepare(next, named)));
    });
    this.#running = running;
    for (const putIntoEffect of effects) putIntoEffect();
    return this.get();
  }

  #refusal(name: string): string | undefined {
    if (!SETTINGS.some((setting) => setting.name === name)) return `${name}: this cannot be changed here`;
    if (this.#isFixed(name)) return `${name}: this was set on the command line, which goes above the file`;
    return undefined;
  }

  #isFixed(name: string): boolean {
    return settingIn(this.#file.overrides, name) !== undefined;
  }

  #effectOf(name: string): SettingField['effect'] {
    return this.#parts.some(({ keys }) => keys.includes(name)) ? 'now' : 'restart';
  }

  /** The number of channels is that of the programme and of every encoder. */
  #takesAtOnce(name: string, { input }: Config): boolean {
    if (name === 'input.channels' && input.channels.length !== this.#running.input.channels.length) return false;
    return this.#effectOf(name) === 'now';
  }

  #settings(config: Config, place: Pick<Settings, 'file' | 'problem'>): Settings {
    const fields = SETTINGS.map((setting) => ({
      ...setting,
      value: settingIn(config, setting.name) ?? setting.preset,
      effect: this.#effectOf(setting.name),
      ...(this.#isFixed(setting.name) && { fixed: true }),
    }));
    const waiting = fields.filter(({ name, value }) => `${value}` !== `${settingIn(this.#running, name)}`);
    return { ...place, fields, waiting: waiting.map(({ name }) => name) };
  }
}

/** `base` with the named keys of `other`. */
function merged(base: Config, other: Config, names: ReadonlySet<string>): Config {
  const result = structuredClone(base) as unknown as Record<string, Record<string, unknown>>;
  for (const name of names) {
    const [section = '', key = ''] = name.split('.');
    result[section] = { ...result[section], [key]: settingIn(other, name) };
  }
  return result as unknown as Config;
}
