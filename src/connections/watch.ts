import { judge, type Limits, timeLeftMs } from './judgement.ts';
import type { Listener } from './listener.ts';
import type { RecentChunks } from './recent-chunks.ts';

/** Why the watch removes a listener. */
export type WatchReason = NonNullable<ReturnType<typeof judge>>;

/** How often each listener is looked at, ms. Asking the kernel costs a fifth of sending to it. */
const LOOK_MS = 500;

/** Looks at every listener in turn, and says who does not get on. */
export class Watch {
  readonly #recent: RecentChunks;
  readonly #limits: Limits;
  readonly #now: () => number;
  readonly #onFailed: (listener: Listener, reason: WatchReason) => void;

  /**
   * @param recent the stream that the listeners are to have
   * @param now the clock, ms, monotonic
   * @param onFailed called for a listener that is to be removed
   */
  constructor(
    recent: RecentChunks,
    limits: Limits,
    now: () => number,
    onFailed: (listener: Listener, reason: WatchReason) => void,
  ) {
    this.#recent = recent;
    this.#limits = limits;
    this.#now = now;
    this.#onFailed = onFailed;
  }

  /** Looks at those whose turn it is. To be called a few times within the time that a removal may be late. */
  goRound(listeners: Iterable<Listener>): void {
    const nowMs = this.#now();
    for (const listener of listeners) {
      if (listener.lookAtMs > nowMs || listener.suspected) continue;
      listener.look(this.#recent);
      const evidence = listener.evidence(this.#recent, nowMs);
      if (judge(evidence, this.#limits)) this.#suspect(listener);
      // Exactly when its time will be up, should that come first.
      listener.lookAtMs = nowMs + Math.min(LOOK_MS, timeLeftMs(evidence, this.#limits));
    }
  }

  /**
   * The event loop may have been busy while the listener took something, and Node runs timers before it asks the kernel for
   * news. So it is judged after a poll for events that begins and ends later: between two immediates lies a whole one.
   */
  #suspect(listener: Listener): void {
    listener.suspected = true;
    setImmediate(() => setImmediate(this.#judge, listener));
  }

  readonly #judge = (listener: Listener): void => {
    listener.suspected = false;
    if (listener.gone) return;
    listener.look(this.#recent);
    const reason = judge(listener.evidence(this.#recent, this.#now()), this.#limits);
    if (reason) this.#onFailed(listener, reason);
  };
}
