import type { Socket } from 'node:net';
import { Coalescer } from './connections/coalescer.ts';
import { ConnectionManager, type ConnectionManagerOptions } from './connections/connection-manager.ts';
import type { ListenerState, RemovedListener } from './connections/listener.ts';
import { TitledConnections } from './connections/titled-connections.ts';
import { WaitingRoom } from './connections/waiting-room.ts';
import type { Format } from './encoders/encoder.ts';
import { Feed } from './encoders/feed.ts';
import type { Places } from './http/places.ts';
import type { JoinWish, StreamSource } from './http/streams.ts';
import type { PcmFormat } from './pcm.ts';
import type { RecentSound } from './programme/recent-sound.ts';
import { type Station, shownTitle } from './station.ts';

/** What one format's listeners are given; see `listeners` in the configuration. */
export interface OutletOptions {
  readonly stallMs: number;
  readonly backlogMs: number;
  readonly coalesceMs: number;
  /** How long the encoder runs on after its last listener, ms. */
  readonly lingerMs: number;
  /** The programme's newest sound, for those who come when the encoder does not run. */
  readonly recentSound: RecentSound;
  /** What listeners are told of the feed. */
  readonly station: Station;
  /** Where a listener that goes gives its place back. */
  readonly places: Places;
  /** A listener has gone, and its place is free. */
  readonly onGone?: (listener: RemovedListener) => void;
}

/** One format from its encoder to its listeners. */
export class Outlet {
  readonly feed: Feed;
  readonly #station: Station;
  readonly #recentSound: RecentSound;
  readonly #places: Places;
  readonly #coalescer: Coalescer;
  readonly #plain: ConnectionManager;
  readonly #titled: TitledConnections | undefined;
  /** Those who came while the encoder made what is older than they want. */
  readonly #early: WaitingRoom;
  readonly #endTitles: (() => void) | undefined;
  #peak = 0;

  constructor(format: Format, pcm: PcmFormat, options: OutletOptions) {
    const { stallMs, backlogMs, places, station, recentSound, onGone } = options;
    this.#recentSound = recentSound;
    this.#station = station;
    this.#places = places;
    const connections: ConnectionManagerOptions = {
      bytesPerSecond: format.bytesPerSecond,
      stallMs,
      backlogMs,
      onRemoved: (listener) => {
        this.#gone(listener.id);
        onGone?.(listener);
      },
    };
    this.#plain = new ConnectionManager(connections);
    this.#early = new WaitingRoom((id) => this.#gone(id));
    if (format.icyMetaBytes !== undefined) {
      const title = () => shownTitle(station.tags);
      const titled = new TitledConnections(format.icyMetaBytes, title(), connections, (id) => this.#gone(id));
      this.#endTitles = station.onTitle(() => titled.setTitle(title()));
      this.#titled = titled;
    }
    this.#coalescer = new Coalescer(this, options.coalesceMs);
    this.feed = new Feed(
      format,
      pcm,
      options.lingerMs,
      () => this.#beginAnew(),
      () => this.#early.letIn(),
    );
    this.feed.addOutput(this.#coalescer);
  }

  /** What the HTTP streams need of it. */
  get source(): StreamSource {
    return {
      format: this.feed.format,
      join: (burstMs) => this.feed.acquire(this.#recentSound.last(burstMs)),
      leave: () => this.feed.release(),
      header: () => this.feed.header(this.#station.tags),
      addClient: (socket, clientId, wish) => {
        const taken = this.#addClient(socket, clientId, wish);
        this.#noteAudience();
        return taken;
      },
      audience: () => this.#noteAudience(),
    };
  }

  #noteAudience(): { now: number; peak: number } {
    const now = this.#plain.size + (this.#titled?.connections.size ?? 0);
    this.#peak = Math.max(this.#peak, now);
    return { now, peak: this.#peak };
  }

  /** What it costs at present to send one chunk to everybody, ms. */
  get passMs(): number {
    return this.#plain.passMs + (this.#titled?.connections.passMs ?? 0);
  }

  /** Bytes that were handed to the listeners' connections, whether or not there were any. */
  get sentBytes(): number {
    return this.#plain.recent.endOffset;
  }

  /** Sends whole frames to every listener. */
  broadcast(data: Buffer, atMs: number): void {
    this.#plain.broadcast(data, atMs);
    this.#titled?.broadcast(data, atMs);
  }

  /** Every listener's state. */
  listeners(): ListenerState[] {
    return [...this.#plain.snapshot(), ...(this.#titled?.connections.snapshot() ?? [])];
  }

  /** Gives listeners what is finished, ends them and then the encoder. Resolves when every connection has ended. */
  async close(deadlineMs: number): Promise<void> {
    this.#coalescer.flush();
    this.#early.close();
    this.#endTitles?.();
    await Promise.all([this.#plain.close(deadlineMs), this.#titled?.close(deadlineMs)]);
    this.feed.close();
  }

  #addClient(socket: Socket, clientId: string, { burstMs, titles }: JoinWish): boolean {
    const sinceMs = burstMs > 0 ? performance.now() - burstMs : Number.POSITIVE_INFINITY;
    const begin = () => {
      if (titles && this.#titled) return this.#titled.addClient(socket, clientId, sinceMs);
      const header = this.feed.header(this.#station.tags);
      return this.#plain.addClient(socket, clientId, [header], this.#plain.recent.joinOffset(sinceMs));
    };
    return this.feed.nextAtMs < sinceMs ? this.#early.add(socket, clientId, begin) : begin();
  }

  /** A new encoder: nobody may begin with what the last one made. */
  #beginAnew(): void {
    this.#coalescer.flush();
    this.#plain.recent.beginAnew();
    this.#titled?.beginAnew();
  }

  #gone(clientId: string): void {
    this.#places.free(clientId);
    this.feed.release();
  }
}
