import { type Greeting, type LiveSound, type PageReport, type Piece, readPiece } from '../../live/message.ts';
import type { PageState } from '../../live/page-state.ts';
import type { Contact } from './contact.ts';

/** Times in ms. */
const OPEN_WITHIN_MS = 2500;
/** Something comes at least 25 times a second: a connection that is silent for so long is dead, or as good as that. */
const SILENT_MS = 2500;
/** From so long a silence on, the box does not answer: that is said while there is still hope for the connection. */
const QUIET_MS = 700;
const CHECK_MS = 100;
/** How long until the next try; it grows to the second, and is a little different for every page. */
const RETRY_MS = { first: 200, longest: 800 };
/** A box that is full is asked again after. */
const FULL_RETRY_MS = 5000;
const TRY_AGAIN_LATER = 1013;

/**
 * The page's connection to the box (`/live`): one WebSocket, which brings the state and the levels, and the sound if that is wanted.
 * It is opened anew whenever it is gone, for ever.
 */
export class LiveLink implements Contact {
  onState: Contact['onState'] = () => {};
  onLevels: Contact['onLevels'] = () => {};
  /** A connection begins: its pieces are not the continuation of earlier ones. */
  onGreeting: (greeting: Greeting) => void = () => {};
  onPiece: (piece: Piece) => void = () => {};

  #wanted: LiveSound = 'none';
  #socket: WebSocket | undefined;
  #heardAtMs = 0;
  #openedAtMs = 0;
  #greeted = false;
  #silent = false;
  #retryMs = RETRY_MS.first;
  #retryAtMs = 0;
  /** Why the box does not let us listen, in its own words. */
  problem: string | undefined;

  /** Begins, with the state and the levels. */
  start(): void {
    this.#heardAtMs = performance.now();
    this.#open();
    setInterval(() => this.#check(), CHECK_MS);
    for (const event of ['online', 'pageshow', 'focus']) addEventListener(event, () => this.#hurry());
    document.addEventListener('visibilitychange', () => this.#hurry());
  }

  /** Asks for another sound, at once. */
  want(sound: LiveSound): void {
    if (sound === this.#wanted) return;
    this.#wanted = sound;
    this.problem = undefined;
    this.#open();
  }

  /** Tells the box how the listener hears it. */
  report(report: PageReport): void {
    if (this.#greeted) this.#socket?.send(JSON.stringify(report));
  }

  #open(): void {
    this.#drop();
    const { protocol, host } = location;
    const socket = new WebSocket(`${protocol.replace('http', 'ws')}//${host}/live?sound=${this.#wanted}`);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    this.#openedAtMs = performance.now();
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => this.#message(data);
    socket.onclose = ({ code, reason }) => this.#closed(code, reason);
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#greeted = false;
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #message(data: string | ArrayBuffer): void {
    this.#heardAtMs = performance.now();
    this.#silent = false;
    if (typeof data !== 'string') {
      const piece = readPiece(data);
      if (!piece) return;
      this.onPiece(piece);
      this.onLevels(piece.levels, piece.clipped);
      return;
    }
    const message = JSON.parse(data) as Greeting | { state: PageState };
    if ('sound' in message) {
      this.#greeted = true;
      this.#retryMs = RETRY_MS.first;
      this.problem = undefined;
      this.onGreeting(message);
    }
    this.onState(message.state);
  }

  #closed(code: number, reason: string): void {
    this.#drop();
    const full = code === TRY_AGAIN_LATER;
    if (full) this.problem = reason;
    const waitMs = full ? FULL_RETRY_MS : this.#retryMs * (0.8 + 0.4 * Math.random());
    this.#retryMs = Math.min(2 * this.#retryMs, RETRY_MS.longest);
    this.#retryAtMs = performance.now() + waitMs;
  }

  #check(): void {
    const nowMs = performance.now();
    if (!this.#silent && nowMs - this.#heardAtMs > QUIET_MS && this.problem === undefined) {
      this.#silent = true;
      this.onState(undefined);
    }
    if (!this.#socket) {
      if (nowMs >= this.#retryAtMs) this.#open();
    } else {
      const patienceMs = this.#greeted ? this.#heardAtMs + SILENT_MS : this.#openedAtMs + OPEN_WITHIN_MS;
      if (nowMs > patienceMs) this.#open();
    }
  }

  /** Somebody looks, or the network is back: not a moment is lost. */
  #hurry(): void {
    this.#retryMs = RETRY_MS.first;
    if (!this.#socket) this.#retryAtMs = 0;
    this.#check();
  }
}
