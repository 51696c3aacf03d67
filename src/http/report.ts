import type { Input } from '../capture/input.ts';
import type { ListenerState } from '../connections/listener.ts';
import { SHOWN_AS_FAULT } from '../device/conditions.ts';
import type { Device } from '../device/device.ts';
import type { AirFacts } from '../device/panel/patterns.ts';
import type { Feed } from '../encoders/feed.ts';
import type { ConfiguredFormat } from '../encoders/formats.ts';
import type { LiveListener } from '../live/live.ts';
import type { PageState } from '../live/page-state.ts';
import type { PcmFormat } from '../pcm.ts';
import type { Programme } from '../programme/programme.ts';
import type { PushStatus } from '../push/push-status.ts';
import { type Station, shownTitle } from '../station.ts';
import type { Places } from './places.ts';
import type { FormatStatus, Health, Status } from './status.ts';
import { listenerStatus, type Tally } from './tally.ts';

/** The parts of the box that are reported on. */
export interface ReportedParts {
  station: Station;
  version: string;
  pcm: PcmFormat;
  /** What really plays when the input stays lost. */
  fallback(): Status['programme']['fallback'];
  programme: Pick<Programme, 'status'>;
  input: Pick<Input, 'wanted' | 'status'>;
  outlets: {
    /** Every format, in the order of the status. */
    readonly formats: readonly ConfiguredFormat[];
    /** Those that are offered. */
    readonly all: readonly {
      readonly feed: Pick<Feed, 'format' | 'running' | 'cpuMs'>;
      /** Every listener's state. */
      listeners(): ListenerState[];
    }[];
  };
  pushes(): PushStatus[];
  /** The pages that listen. */
  live: { listeners(): LiveListener[] };
  places: Places;
  /** Addresses under which the box can be opened, by name first. */
  addresses(): readonly string[];
  tally: Tally;
  device: Pick<Device, 'standstills' | 'latest'>;
}

/** Says how the box is. */
export class Report {
  readonly #parts: ReportedParts;
  readonly #sinceMs = performance.now();

  constructor(parts: ReportedParts) {
    this.#parts = parts;
  }

  status(): Status {
    const { station, version, pcm, fallback, programme, input, outlets, pushes, places, tally } = this.#parts;
    const { max, maxPerAddress } = places.limits;
    const live = this.#parts.live.listeners();
    const health = this.#parts.device.latest;
    return {
      name: station.tags.name,
      title: shownTitle(station.tags),
      version,
      uptimeS: (performance.now() - this.#sinceMs) / 1000,
      programme: { ...programme.status, ...pcm, fallback: fallback() },
      source: { wanted: input.wanted, ...input.status },
      formats: outlets.formats.map((one) => this.#formatStatus(one)),
      live: (['opus', 'pcm'] as const).map((sound) => ({
        sound,
        listeners: live.filter((page) => page.sound === sound).map((page) => listenerStatus(page.state)),
      })),
      listeners: {
        now: places.now,
        max,
        maxPerAddress,
        refused: places.refused,
        removed: tally.removed,
        dropped: tally.dropped,
      },
      pushes: pushes(),
      ...(health && { health }),
    };
  }

  /** The part that the page shows, without what is about single listeners. */
  page(): PageState {
    const { station, fallback, programme, input, places, outlets, addresses } = this.#parts;
    const { state, problem, level } = programme.status;
    const { kind } = input.status;
    return {
      name: station.tags.name,
      title: shownTitle(station.tags),
      programme: { state, fallback: fallback(), ...(problem && { problem }), ...(level && { level }) },
      source: { wanted: input.wanted, ...(kind && { kind }) },
      listeners: places.now,
      formats: outlets.formats
        .filter(({ enabled }) => enabled)
        .map(({ format: { id, description } }) => ({ id, path: `/stream.${id}`, description })),
      addresses: addresses(),
    };
  }

  health(): Health {
    const programme = this.#parts.programme.status;
    const reasons = [...this.#parts.device.standstills()];
    const ok = reasons.length === 0;
    if (programme.state !== 'live') reasons.push(`${programme.state}: ${programme.problem?.message ?? 'no input yet'}`);
    else if (programme.level !== 'signal') reasons.push(`the input is ${programme.level}`);
    if (this.#parts.input.status.kind === 'demo') reasons.push('playing the demo signal');
    for (const { url, problem } of this.#parts.pushes()) {
      if (problem) reasons.push(`push to ${url}: ${problem.message}`);
    }
    for (const { name, words } of this.#parts.device.latest?.conditions ?? []) reasons.push(`${name}: ${words}`);
    return { ok, reasons };
  }

  /** What the status LED goes by; asked for often. */
  panel(): AirFacts {
    const { state, level, problem } = this.#parts.programme.status;
    const { wanted, status } = this.#parts.input;
    const { device } = this.#parts;
    const broken = device.latest?.conditions.some(({ name }) => SHOWN_AS_FAULT.has(name)) ?? false;
    return {
      state,
      ...(level && { level }),
      ...(problem && { cause: problem.cause }),
      ...(status.kind && { kind: status.kind }),
      wanted,
      fault: broken || device.standstills().length > 0,
    };
  }

  #formatStatus({ enabled, format }: ConfiguredFormat): FormatStatus {
    const { id, mimeType, description, bytesPerSecond, bitrateKbps } = format;
    const outlet = this.#parts.outlets.all.find(({ feed }) => feed.format === format);
    return {
      id,
      path: `/stream.${id}`,
      mimeType,
      description,
      enabled,
      ...(bitrateKbps !== undefined && { bitrateKbps }),
      bytesPerSecond,
      running: outlet?.feed.running ?? false,
      cpuMs: outlet?.feed.cpuMs ?? 0,
      listeners: outlet?.listeners().map(listenerStatus) ?? [],
    };
  }
}
