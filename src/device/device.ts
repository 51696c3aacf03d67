import { join } from 'node:path';
import type { Input } from '../capture/input.ts';
import type { Config } from '../config/schema.ts';
import type { BoxHealth } from '../desk/contract.ts';
import type { Logger } from '../log.ts';
import { native } from '../native.ts';
import type { Outlet } from '../outlet.ts';
import type { Programme } from '../programme/programme.ts';
import { HealthReader } from './health.ts';
import { runtimeFolder } from './panel/power-off.ts';
import { StatusFile } from './status-file.ts';
import { statusLine } from './status-line.ts';
import { statusText } from './status-text.ts';
import type { Vitals } from './watchdog/judge.ts';

/** What is looked at while the box is on air. */
export interface OnAirParts {
  readonly rateHz: number;
  readonly programme: Pick<Programme, 'status'>;
  readonly input: Pick<Input, 'pulse' | 'status' | 'wanted' | 'clockPpm'>;
  readonly outlets: { readonly all: readonly Pick<Outlet, 'feed' | 'sentBytes'>[] };
  /** What really plays when the input stays lost. */
  fallback(): string;
  /** Name of the feed. */
  name(): string;
  /** Where the box can be opened, by name first. */
  addresses(): readonly string[];
}

/** What the device needs of the rest. */
export interface DeviceOptions {
  readonly config: Pick<Config, 'health'>;
  readonly version: string;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** What stands still, in words. */
  standstills(): readonly string[];
  /** Where it is told how the box is. Default: in the folder that the service manager has made, if it has. */
  readonly statusFile?: string;
}

/** Only the service has a folder that others look into. */
const STATUS_FILE = process.env.RUNTIME_DIRECTORY ? join(runtimeFolder(), 'status.txt') : undefined;

/** Stands beside one appliance and reads snapshots of it: whether it moves, and how the machine is. The sound never waits for it. */
export class Device {
  readonly health: HealthReader;
  readonly #options: DeviceOptions;
  readonly #sinceMs = performance.now();
  #parts: OnAirParts | undefined;
  #statusFile: StatusFile | undefined;

  constructor(options: DeviceOptions) {
    const { config, version, log } = options;
    this.#options = options;
    const source = () => ({ ...this.#parts?.input.status, clockPpm: this.#parts?.input.clockPpm });
    this.health = new HealthReader({ version, source, limits: config.health, log });
  }

  /** The appliance is on air. */
  start(parts: OnAirParts): void {
    this.#parts = parts;
    this.health.start(this.#options.config.health.every_s * 1000);
    const { log, statusFile: file = STATUS_FILE } = this.#options;
    if (file !== undefined) this.#statusFile = new StatusFile({ file, text: () => this.#statusText(parts), log });
  }

  /** The appliance goes off air. */
  stop(): void {
    this.health.stop();
    this.#statusFile?.close();
  }

  /** How the machine was when it was last looked at; undefined before that. */
  get latest(): BoxHealth | undefined {
    return this.health.latest;
  }

  /** What stands still, in words. */
  standstills(): readonly string[] {
    return this.#options.standstills();
  }

  /** What shows whether the appliance moves; undefined before it is on air. It costs some microseconds. */
  vitals(): Vitals | undefined {
    if (!this.#parts) return undefined;
    const { rateHz, programme, input, outlets } = this.#parts;
    const { framesSent, skippedMs, lagMs } = programme.status;
    return {
      sinceMs: this.#sinceMs,
      rateHz,
      programme: { framesSent, skippedMs, lagMs },
      source: input.pulse,
      closingMs: native.captureClosingMs(),
      feeds: outlets.all
        .filter(({ feed }) => feed.running)
        .map(({ feed, sentBytes }) => ({ id: feed.format.id, run: feed.runs, chunks: feed.chunks, sentBytes })),
    };
  }

  /** How the appliance is, in one line. */
  statusLine(): string {
    if (!this.#parts) return 'starting';
    const { programme, input, fallback } = this.#parts;
    const conditions = this.latest?.conditions.map(({ name }) => name) ?? [];
    return statusLine(programme.status, fallback(), input.status.kind, conditions);
  }

  /** The same for people who have nothing but the card. */
  #statusText({ programme, input, fallback, name, addresses }: OnAirParts): string {
    const { kind } = input.status;
    return statusText({
      name: name(),
      version: this.#options.version,
      addresses: addresses(),
      programme: programme.status,
      fallback: fallback(),
      source: { wanted: input.wanted, ...(kind && { kind }) },
      standsStill: this.standstills().length > 0,
      conditions: this.latest?.conditions.map((condition) => condition.name) ?? [],
    });
  }
}
