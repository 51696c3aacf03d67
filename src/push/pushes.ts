import type { PushConfig } from '../config/push-schema.ts';
import type { Feed } from '../encoders/feed.ts';
import { lookupOneAtATime } from './lookups.ts';
import { Push, type PushOptions } from './push.ts';
import type { PushStatus } from './push-status.ts';
import { pushTarget } from './target.ts';

/** What all pushes have in common. */
export type CommonPushOptions = Omit<PushOptions, 'target' | 'feed' | 'lookup'>;

interface Place {
  readonly config: PushConfig;
  push: Push;
}

/** One push for each that is configured. */
export class Pushes {
  readonly #common: Omit<PushOptions, 'target' | 'feed'>;
  readonly #feedOf: (formatId: string) => Feed | undefined;
  readonly #places: Place[];
  /** Those that end their streams because their encoder has been replaced. */
  readonly #leaving = new Set<Push>();
  #closed = false;

  /** @param feedOf the feed of a format that is switched on */
  constructor(
    configs: readonly PushConfig[],
    feedOf: (formatId: string) => Feed | undefined,
    common: CommonPushOptions,
  ) {
    this.#feedOf = feedOf;
    this.#common = { ...common, lookup: lookupOneAtATime() };
    this.#places = configs.map((config) => ({ config, push: this.#create(config) }));
  }

  /** Begins to connect. */
  start(): void {
    for (const { push } of this.#places) push.start();
  }

  status(): PushStatus[] {
    return this.#places.map(({ push }) => push.status());
  }

  /**
   * Sends what a format's new encoder makes: the stream to each server of that format ends after a whole chunk, and another one
   * begins, because a header cannot change within a stream.
   */
  renew(formatId: string, deadlineMs: number): void {
    for (const place of this.#places) if (place.config.format === formatId) void this.#renew(place, deadlineMs);
  }

  /** Ends all of them, see `Push.close`. */
  async close(deadlineMs: number): Promise<void> {
    this.#closed = true;
    await Promise.all(
      [...this.#places.map(({ push }) => push), ...this.#leaving].map((push) => push.close(deadlineMs)),
    );
  }

  async #renew(place: Place, deadlineMs: number): Promise<void> {
    const old = place.push;
    const push = this.#create(place.config);
    place.push = push;
    this.#leaving.add(old);
    await old.close(deadlineMs);
    this.#leaving.delete(old);
    // Not before: the server has one source for a mount. The format may have been replaced once more by now.
    if (!this.#closed && place.push === push) push.start();
  }

  #create(config: PushConfig): Push {
    const feed = this.#feedOf(config.format);
    if (!feed) throw new Error(`${config.format} is not enabled`);
    return new Push({ ...this.#common, target: pushTarget(config), feed });
  }
}
