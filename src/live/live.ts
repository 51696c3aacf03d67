import type { Socket } from 'node:net';
import { Coalescer } from '../connections/coalescer.ts';
import { ConnectionManager } from '../connections/connection-manager.ts';
import type { ListenerState, RemovedListener } from '../connections/listener.ts';
import type { ChunkOutput, PacketFraming } from '../encoders/encoder.ts';
import type { Feed } from '../encoders/feed.ts';
import type { LiveSource } from '../http/live.ts';
import type { Places, Refusal } from '../http/places.ts';
import type { ChatterReader } from '../http/take-over.ts';
import { monotonicMs, type PcmFormat } from '../pcm.ts';
import { readPage } from './incoming.ts';
import type { Greeting, LiveSound, PageReport } from './message.ts';
import type { PageState } from './page-state.ts';
import { PieceMaker } from './piece-maker.ts';
import { closeFrame, textFrame } from './web-socket.ts';

/** What the live feed needs of the rest. */
export interface LiveOptions {
  readonly pcm: PcmFormat;
  readonly stallMs: number;
  readonly backlogMs: number;
  /** The most that a piece may be held back when very many listen, ms. */
  readonly coalesceMs: number;
  /** Places of those who listen: the same as for all other listeners. */
  readonly places: Places;
  /** Places of pages that only watch. */
  readonly watchers: Places;
  state(): PageState;
  /** A page that listened has gone, and its place is free. */
  onGone?(sound: LiveSound, listener: RemovedListener): void;
  /** A page was turned away because there was no place. */
  onRefused?(sound: LiveSound): void;
}

/** A page, as the desk sees it. */
export interface LiveListener {
  readonly sound: LiveSound;
  readonly state: ListenerState;
  readonly report: PageReport | undefined;
}

interface Page {
  readonly sound: LiveSound;
  report?: PageReport;
}

/** A piece is held back no longer than this, whatever is configured, ms: pages are for those who want little delay. */
const MAX_COALESCE_MS = 40;
/** How often it is looked whether the state changed, ms, and how many such looks apart it is sent in any case. */
const STATE_CHECK_MS = 500;
const STATE_EVERY_CHECKS = 2;
/** What a page says of itself now and then comes to less. */
const REPORT_BYTES_PER_SECOND = 100;
/** What levels and states come to at most, bytes per second. */
const SIDE_BYTES_PER_SECOND = 4000;
const GOING_AWAY = 1001;

/**
 * The feed of the listen page, over WebSockets: the same bytes for all pages that ask for the same sound, each kind with its own
 * connections. Opus comes from the encoder that `/stream.opus` has, too; where there is none, PCM takes its place.
 */
export class Live implements ChunkOutput, LiveSource {
  readonly #options: LiveOptions;
  readonly #pages = new Map<string, Page>();
  readonly #connections: Record<LiveSound, ConnectionManager>;
  readonly #coalescers: Record<LiveSound, Coalescer>;
  readonly #pieces: Record<LiveSound, PieceMaker>;
  #feed: Feed | undefined;
  #packets: PacketFraming | undefined;
  /** From the clock of `performance.now()` to that of capture times, ms. */
  #clockOffsetMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #lastState = '';
  #unchangedChecks = 0;

  constructor(options: LiveOptions) {
    this.#options = options;
    const { pcm } = options;
    const kinds: LiveSound[] = ['opus', 'pcm', 'none'];
    const each = <T>(make: (sound: LiveSound) => T) =>
      Object.fromEntries(kinds.map((sound) => [sound, make(sound)])) as Record<LiveSound, T>;
    this.#connections = each((sound) => this.#createConnections(sound));
    this.#coalescers = each((sound) => this.#createCoalescer(sound));
    this.#pieces = each(() => new PieceMaker(pcm));
  }

  /** Takes Opus from another feed from now on, or from none. Pages that listened to the old one are ended, and come back. */
  setOpus(feed: Feed | undefined): void {
    this.#feed?.removeOutput(this);
    for (const [id, page] of this.#pages) if (page.sound === 'opus') this.#connections.opus.removeClient(id);
    this.#packets = feed?.format.packets;
    this.#feed = this.#packets ? feed : undefined;
    // Its limits are those of its bitrate.
    void this.#connections.opus.close(this.#options.stallMs);
    this.#connections.opus = this.#createConnections('opus');
    this.#coalescers.opus = this.#createCoalescer('opus');
    this.#feed?.addOutput(this);
  }

  /** Takes the programme, before the encoders do. */
  write(samples: Float32Array, endMs: number): void {
    if (this.#pages.size === 0) return;
    const nowMs = performance.now();
    this.#clockOffsetMs = endMs - nowMs;
    if (this.#connections.opus.size > 0) this.#pieces.opus.gauge(samples);
    if (this.#connections.pcm.size > 0) {
      const piece = this.#pieces.pcm.pcm(samples, endMs);
      if (piece) this.#coalescers.pcm.broadcast(piece, nowMs);
    }
    if (this.#connections.none.size > 0) {
      const piece = this.#pieces.none.levels(samples, endMs);
      if (piece) this.#coalescers.none.broadcast(piece, nowMs);
    }
  }

  /** Takes the chunks of the Opus encoder. */
  broadcast(chunk: Buffer, atMs: number): void {
    if (this.#connections.opus.size === 0 || !this.#packets) return;
    const packet = this.#packets.packetOf(chunk);
    this.#coalescers.opus.broadcast(this.#pieces.opus.packet(packet, atMs + this.#clockOffsetMs), atMs);
  }

  admit(clientId: string, wanted: LiveSound, address: string): string | undefined {
    const sound = wanted === 'opus' && !this.#feed ? 'pcm' : wanted;
    const refusal = this.#placesOf(sound).take(clientId, address);
    if (refusal) {
      this.#options.onRefused?.(sound);
      return words(refusal, this.#placesOf(sound));
    }
    this.#pages.set(clientId, { sound });
    if (sound === 'opus') this.#feed?.acquire();
    return undefined;
  }

  leave(clientId: string): void {
    const page = this.#pages.get(clientId);
    if (!page) return;
    this.#pages.delete(clientId);
    this.#placesOf(page.sound).free(clientId);
    if (page.sound === 'opus') this.#feed?.release();
    if (this.#pages.size === 0) this.#stopTelling();
  }

  reader(clientId: string): ChatterReader {
    const page = this.#pages.get(clientId);
    const take = readPage({
      onReport: (report) => {
        if (page) page.report = report;
      },
      onEnd: () => page && this.#connections[page.sound].removeClient(clientId),
    });
    return { bytesPerSecond: REPORT_BYTES_PER_SECOND, take };
  }

  addClient(socket: Socket, clientId: string): boolean {
    const page = this.#pages.get(clientId);
    if (!page) return false;
    // What is held for the others came before this page, and is not a continuation of its greeting.
    this.#coalescers[page.sound].flush();
    const taken = this.#connections[page.sound].addClient(socket, clientId, [this.#greeting(page.sound)]);
    if (taken) this.#timer ??= setInterval(() => this.#tell(), STATE_CHECK_MS).unref();
    return taken;
  }

  /** The pages that listen. */
  listeners(): LiveListener[] {
    return (['opus', 'pcm'] as const).flatMap((sound) =>
      this.#connections[sound].snapshot().map((state) => ({ sound, state, report: this.#pages.get(state.id)?.report })),
    );
  }

  /** Tells every page that the box goes away, and ends it. Resolves when every connection has ended. */
  async close(deadlineMs: number): Promise<void> {
    this.#stopTelling();
    for (const coalescer of Object.values(this.#coalescers)) coalescer.flush();
    const farewell = closeFrame(GOING_AWAY, 'The box goes off air.');
    for (const connections of Object.values(this.#connections)) connections.broadcast(farewell);
    await Promise.all(Object.values(this.#connections).map((connections) => connections.close(deadlineMs)));
    this.#feed?.removeOutput(this);
  }

  #createConnections(sound: LiveSound): ConnectionManager {
    const { pcm, stallMs, backlogMs } = this.#options;
    const opusBytesPerSecond = this.#feed?.format.bytesPerSecond ?? 0;
    const soundBytesPerSecond = { opus: opusBytesPerSecond, pcm: pcm.rateHz * pcm.channels * 2, none: 0 }[sound];
    return new ConnectionManager({
      bytesPerSecond: soundBytesPerSecond + SIDE_BYTES_PER_SECOND,
      stallMs,
      backlogMs,
      onRemoved: (listener) => {
        this.leave(listener.id);
        if (sound !== 'none') this.#options.onGone?.(sound, listener);
      },
    });
  }

  #createCoalescer(sound: LiveSound): Coalescer {
    return new Coalescer(this.#connections[sound], Math.min(this.#options.coalesceMs, MAX_COALESCE_MS));
  }

  #placesOf(sound: LiveSound): Places {
    return sound === 'none' ? this.#options.watchers : this.#options.places;
  }

  #greeting(sound: LiveSound): Buffer {
    const { pcm, state } = this.#options;
    const packets = sound === 'opus' ? this.#packets : undefined;
    const greeting: Greeting = {
      sound,
      rateHz: (packets && this.#feed?.format.rateHz) ?? pcm.rateHz,
      channels: pcm.channels,
      codecMs: packets?.delayMs ?? 0,
      nowMs: monotonicMs(),
      state: state(),
    };
    return textFrame(JSON.stringify(greeting));
  }

  /** Sends the state to all, when it has changed and once in a while. */
  #tell(): void {
    const state = JSON.stringify({ state: this.#options.state() });
    if (state === this.#lastState && ++this.#unchangedChecks < STATE_EVERY_CHECKS) return;
    this.#lastState = state;
    this.#unchangedChecks = 0;
    const frame = textFrame(state);
    for (const [sound, coalescer] of Object.entries(this.#coalescers)) {
      if (this.#connections[sound as LiveSound].size > 0) coalescer.broadcast(frame, performance.now());
    }
  }

  #stopTelling(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function words(refusal: Refusal, { limits }: Places): string {
  return refusal === 'full'
    ? `All ${limits.max} places are taken.`
    : `Your address has all the ${limits.maxPerAddress} places that one may have.`;
}
