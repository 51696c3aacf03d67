import type { Player, PlayerState } from './player.ts';

/** The stream that is played, unless the element names another, and what is tried where there is none. */
const PATH = '/stream.mp3';
const OTHER_PATH = '/stream';
/** A stream that has not moved for so long is fetched anew, ms. */
const STUCK_MS = 4000;
const RETRY_MS = 1000;
const CHECK_MS = 250;
/** How fast the delay that is shown comes down, ms at each check. */
const COME_DOWN_MS = 20;
/** What is further behind than this is left out, when the browser has it, s. */
const TOO_FAR_S = 6;

/**
 * Plays the MP3 stream by an `<audio>` element: some seconds behind, but it goes on when a phone is locked. It is fetched anew when it
 * breaks off, and after a pause, so that it never goes on where it stopped.
 */
export class FilePlayer implements Player {
  readonly #element: HTMLAudioElement;
  #wanted = false;
  #blocked = false;
  #refused = false;
  #movedAtMs = 0;
  #retryAtMs = 0;
  #lastTimeS = 0;
  #heldMs = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(element: HTMLAudioElement) {
    this.#element = element;
    for (const event of ['ended', 'error'] as const) element.addEventListener(event, () => this.#broke());
  }

  get state(): PlayerState {
    if (!this.#wanted) return 'idle';
    if (this.#blocked) return 'blocked';
    if (this.#lastTimeS === 0) return 'connecting';
    return performance.now() - this.#movedAtMs > 1000 ? 'waiting' : 'playing';
  }

  /** What the browser holds; the box and its own output come on top of that. */
  get behindMs(): number | undefined {
    return this.#heldMs > 0 && this.state === 'playing' ? this.#heldMs : undefined;
  }

  get outputMs(): undefined {
    return undefined;
  }

  get problem(): undefined {
    return undefined;
  }

  play(): void {
    this.#wanted = true;
    this.#fetch();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#check(), CHECK_MS);
  }

  stop(): void {
    this.#wanted = false;
    clearInterval(this.#timer);
    this.#element.pause();
    this.#element.removeAttribute('src');
    // Without this the browser goes on fetching.
    this.#element.load();
  }

  setVolume(volume: number): void {
    this.#element.volume = volume;
  }

  #fetch(): void {
    this.#lastTimeS = 0;
    this.#heldMs = 0;
    this.#movedAtMs = performance.now();
    const [named = PATH] = (this.#element.getAttribute('src') ?? PATH).split('?');
    const path = this.#refused && named === PATH ? OTHER_PATH : named;
    this.#element.src = `${path}?${Date.now()}`;
    this.#element.play().then(
      () => {
        this.#blocked = false;
      },
      (error: DOMException) => {
        // Anything else is tried again by `#check`.
        this.#blocked = error.name === 'NotAllowedError';
      },
    );
  }

  #broke(): void {
    if (!this.#wanted) return;
    // MP3 may be switched off. When it is the box that is gone, the other address is as good.
    const { error } = this.#element;
    this.#refused = error?.code === MediaError.MEDIA_ERR_SRC_NOT_SUPPORTED;
    this.#retryAtMs = performance.now() + RETRY_MS;
  }

  #check(): void {
    const nowMs = performance.now();
    const { currentTime, buffered } = this.#element;
    if (currentTime !== this.#lastTimeS) {
      this.#lastTimeS = currentTime;
      this.#movedAtMs = nowMs;
      this.#retryAtMs = 0;
    }
    const endS = buffered.length > 0 ? buffered.end(buffered.length - 1) : 0;
    // Browsers read in portions of a second or two: what they hold just after one says how far behind they are.
    this.#heldMs = Math.max((endS - currentTime) * 1000, this.#heldMs - COME_DOWN_MS);
    if (endS - currentTime > TOO_FAR_S) {
      this.#element.currentTime = endS - 1;
      this.#heldMs = 0;
    }
    if (this.#blocked) return;
    const due = this.#retryAtMs > 0 && nowMs >= this.#retryAtMs;
    if (due || nowMs - this.#movedAtMs > STUCK_MS) {
      this.#retryAtMs = 0;
      this.#fetch();
    }
  }
}
