import { judge, type Limits, timeLeftMs } from './judgement.ts';
import type { Listener, Stream } from './listener.ts';
import type { RecentChunks } from './recent-chunks.ts';

/** Why the watch removes a listener. */
export type WatchReason = NonNullable<ReturnType<typeof judge>>;

/** How often each listener is looked at while there are few, ms. */
const LOOK_MS = 250;
/** How many are looked at in a second, about: asking the kernel costs a fifth of sending to one. */
const LOOKS_PER_S = 300;
/** A machine with so little room, of the stream in ms, may be full before its turn: it is looked at so often, ms. */
const NARROW = { roomMs: 2000, lookMs: 70 };

/** Looks at every listener in turn, and says who does not get on. */
export class Watch {
  readonly #recent: RecentChunks;
  readonly #limits: Limits;
  readonly #narrowBytes: number;
  readonly #now: () => number;
  readonly #onFailed: (listener: Listener, reason: WatchReason) => void;

  /** Whose turn it is next; a Map's iterator bears that those behind and before it come and go. */
  #turn: Iterator<Listener, undefined> = [][Symbol.iterator]();
  #wentAtMs = 0;
  /** Those whose time is up before their next turn, if they go on like this. */
  readonly #urgent = new Set<Listener>();

  /**
   * @param stream what the listeners are to have
   * @param now the clock, ms, monotonic
   * @param onFailed called for a listener that is to be removed
   */
  constructor(
    { recent, bytesPerSecond }: Stream,
    limits: Limits,
    now: () => number,
    onFailed: (listener: Listener, reason: WatchReason) => void,
  ) {
    this.#recent = recent;
    this.#narrowBytes = (bytesPerSecond * NARROW.roomMs) / 1000;
    this.#limits = limits;
    this.#now = now;
    this.#onFailed = onFailed;
  }

  /**
   * Looks at those whose turn it is: at all of them in turn, and at those whose time may be up. To be called a few
   * times within the time that a removal may be late.
   */
  goRound(listeners: ReadonlyMap<string, Listener>): void {
    const nowMs = this.#now();
    for (const listener of this.#urgent) if (listener.lookAtMs <= nowMs) this.#look(listener, listeners.size, nowMs);
    const lookMs = this.#lookMs(listeners.size);
    const elapsedMs = Math.min(nowMs - this.#wentAtMs, lookMs);
    this.#wentAtMs = nowMs;
    for (let left = Math.ceil((listeners.size * elapsedMs) / lookMs); left > 0; left -= 1) {
      let { value: listener } = this.#turn.next();
      if (listener === undefined) {
        this.#turn = listeners.values();
        ({ value: listener } = this.#turn.next());
      }
      if (listener !== undefined) this.#look(listener, listeners.size, nowMs);
    }
  }

  /** Nobody is looked at any more who is gone. */
  forget(listener: Listener): void {
    this.#urgent.delete(listener);
  }

  /** How far the looks at one listener are apart: whoever was well at one is not overdue at the next one. */
  #lookMs(ofHowMany: number): number {
    const { backlogMs, stallMs } = this.#limits;
    return Math.min(Math.max(LOOK_MS, (ofHowMany * 1000) / LOOKS_PER_S), 0.8 * (backlogMs + stallMs));
  }

  #look(listener: Listener, ofHowMany: number, nowMs: number): void {
    if (listener.suspected) return;
    listener.look(this.#recent);
    const evidence = listener.evidence(this.#recent, nowMs);
    if (judge(evidence, this.#limits)) this.#suspect(listener);
    const leftMs = timeLeftMs(evidence, this.#limits);
    const narrow = listener.kernel !== undefined && listener.kernel.windowBytes < this.#narrowBytes;
    listener.lookAtMs = nowMs + (narrow ? Math.min(leftMs, NARROW.lookMs) : leftMs);
    // Its next turn might be too late to be exact.
    if (narrow || leftMs < 1.2 * this.#lookMs(ofHowMany)) this.#urgent.add(listener);
    else this.#urgent.delete(listener);
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
