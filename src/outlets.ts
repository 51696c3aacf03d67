import { isDeepStrictEqual } from 'node:util';
import type { Config } from './config/schema.ts';
import { type ConfiguredFormat, configuredFormats, FORMAT_IDS } from './encoders/formats.ts';
import type { StreamSource } from './http/streams.ts';
import type { Outlet } from './outlet.ts';
import type { PcmFormat } from './pcm.ts';

/** The sections of the configuration that say what the formats are like. */
type FormatSettings = Pick<Config, (typeof FORMAT_IDS)[number]>;

/** The outlets of the formats that are switched on. They come and go while the box is on air. */
export class Outlets {
  readonly #pcm: PcmFormat;
  readonly #create: (format: ConfiguredFormat['format']) => Outlet;
  #settings: FormatSettings;
  #formats: readonly ConfiguredFormat[];
  #byId = new Map<string, Outlet>();
  #all: readonly Outlet[] = [];
  #sources: readonly StreamSource[] = [];
  readonly #told = new Set<(formatId: string, outlet: Outlet | undefined) => void>();
  /** Those that say goodbye to their listeners. */
  readonly #leaving = new Set<Outlet>();

  constructor(settings: FormatSettings, pcm: PcmFormat, create: (format: ConfiguredFormat['format']) => Outlet) {
    this.#settings = settings;
    this.#pcm = pcm;
    this.#create = create;
    this.#formats = configuredFormats(settings, pcm);
    for (const { enabled, format } of this.#formats) if (enabled) this.#byId.set(format.id, create(format));
    this.#list();
  }

  /** Every format that the box knows, as it is configured. */
  get formats(): readonly ConfiguredFormat[] {
    return this.#formats;
  }

  /** Those that are switched on, in the order of the formats. */
  get all(): readonly Outlet[] {
    return this.#all;
  }

  /** What the HTTP streams need of them; the first is also reached as `/stream`. */
  get sources(): readonly StreamSource[] {
    return this.#sources;
  }

  /** The outlet of a format that is switched on. */
  of(formatId: string): Outlet | undefined {
    return this.#byId.get(formatId);
  }

  /** Calls `tell` when a format has another outlet, or none any more. */
  onChange(tell: (formatId: string, outlet: Outlet | undefined) => void): void {
    this.#told.add(tell);
  }

  /** Takes the programme. */
  write(samples: Float32Array): void {
    for (const { feed } of this.#all) feed.write(samples);
  }

  /**
   * Offers the formats in another way. Only what differs is replaced: its listeners get what is finished and a clean end, within
   * `deadlineMs`; who comes from now on gets the new one.
   */
  change(settings: FormatSettings, deadlineMs: number): void {
    const before = this.#settings;
    const changed = FORMAT_IDS.filter((id) => !isDeepStrictEqual(settings[id], before[id]));
    this.#settings = settings;
    const formats = configuredFormats(settings, this.#pcm);
    // Whoever knows a format that stays knows it by identity.
    this.#formats = formats.map((one, index) =>
      changed.includes(one.format.id as never) ? one : (this.#formats[index] ?? one),
    );
    for (const id of changed) {
      const old = this.#byId.get(id);
      const now = this.#formats.find(({ format }) => format.id === id);
      if (now?.enabled) this.#byId.set(id, this.#create(now.format));
      else this.#byId.delete(id);
      this.#list();
      for (const tell of this.#told) tell(id, this.#byId.get(id));
      if (old) this.#leave(old, deadlineMs);
    }
  }

  /** Ends every listener and encoder, see `Outlet.close`. */
  async close(deadlineMs: number): Promise<void> {
    await Promise.all([...this.#all, ...this.#leaving].map((outlet) => outlet.close(deadlineMs)));
  }

  #list(): void {
    this.#all = this.#formats.flatMap(({ format: { id } }) => this.#byId.get(id) ?? []);
    this.#sources = this.#all.map(({ source }) => source);
  }

  #leave(outlet: Outlet, deadlineMs: number): void {
    this.#leaving.add(outlet);
    void outlet.close(deadlineMs).then(() => this.#leaving.delete(outlet));
  }
}
