import { Coalescer } from './connections/coalescer.ts';
import { ConnectionManager } from './connections/connection-manager.ts';
import type { ListenerState, RemovedListener } from './connections/listener.ts';
import type { Format } from './encoders/encoder.ts';
import { Feed } from './encoders/feed.ts';
import type { Places } from './http/places.ts';
import type { StreamSource } from './http/streams.ts';

/** What one format's listeners are given; see `listeners` in the configuration. */
export interface OutletOptions {
  readonly stallMs: number;
  readonly backlogMs: number;
  readonly coalesceMs: number;
  /** How long the encoder runs on after its last listener, ms. */
  readonly lingerMs: number;
  /** Where a listener that goes gives its place back. */
  readonly places: Places;
  /** A listener has gone, and its place is free. */
  readonly onGone?: (listener: RemovedListener) => void;
}

/** One format from its encoder to its listeners. */
export class Outlet {
  readonly feed: Feed;
  readonly #coalescer: Coalescer;
  readonly #connections: ConnectionManager;

  constructor(format: Format, options: OutletOptions) {
    const { stallMs, backlogMs, places, onGone } = options;
    this.#connections = new ConnectionManager({
      bytesPerSecond: format.bytesPerSecond,
      stallMs,
      backlogMs,
      onRemoved: (listener) => {
        places.free(listener.id);
        onGone?.(listener);
        this.feed.release();
      },
    });
    this.#coalescer = new Coalescer(this.#connections, options.coalesceMs);
    this.feed = new Feed(format, this.#coalescer, options.lingerMs);
  }

  /** What the HTTP streams need of it. */
  get source(): StreamSource {
    return {
      format: this.feed.format,
      join: () => this.feed.acquire(),
      leave: () => this.feed.release(),
      addClient: (socket, clientId) => this.#connections.addClient(socket, clientId),
    };
  }

  /** Every listener's state. */
  listeners(): ListenerState[] {
    return this.#connections.snapshot();
  }

  /** Gives listeners what is finished, ends them and then the encoder. Resolves when every connection has ended. */
  async close(deadlineMs: number): Promise<void> {
    this.#coalescer.flush();
    await this.#connections.close(deadlineMs);
    this.feed.close();
  }
}
