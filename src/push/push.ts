import { ConnectionManager } from '../connections/connection-manager.ts';
import type { RemovedListener } from '../connections/listener.ts';
import type { ChunkOutput, IcecastFraming, IcecastStream, StreamTags } from '../encoders/encoder.ts';
import type { Feed } from '../encoders/feed.ts';
import type { PcmFormat } from '../pcm.ts';
import { type Station, shownTitle } from '../station.ts';
import { backoffMs } from './backoff.ts';
import { type Accepted, type OfferOptions, offerStream } from './offer.ts';
import { OutageLog, type PushLog } from './outage-log.ts';
import { lossProblem, PushProblem } from './problem.ts';
import type { PushState, PushStatus } from './push-status.ts';
import type { Method } from './request.ts';
import type { PushTarget } from './target.ts';
import { tellTitle } from './title-request.ts';
import { TitleTeller } from './title-teller.ts';

/**
 * How much of the stream may wait for a server, ms. Longer than for listeners: all who listen there would hear the gap, and
 * the ways into the Internet fail for seconds. Not longer: after 10 s without sound Icecast gives a source up (`source-timeout`).
 */
const BACKLOG_MS = 10_000;
/** After so long on air the next failure is the first one again, ms. */
const STEADY_MS = 10_000;
/** The one listener of the manager. */
const SERVER = 'server';

export interface PushOptions extends Pick<OfferOptions, 'lookup' | 'connectMs' | 'answerMs'> {
  readonly target: PushTarget;
  readonly feed: Feed;
  readonly station: Station;
  /** The programme. */
  readonly pcm: PcmFormat;
  /** Who sends: name and version. */
  readonly userAgent: string;
  readonly log: PushLog;
  /** How long a server whose backlog is full may take nothing, ms. */
  readonly stallMs: number;
  /** Default 10 s. */
  readonly backlogMs?: number;
  /** How long to wait after so many failures in a row, ms. Default: `backoffMs`. */
  readonly waitMs?: (failures: number) => number;
}

/**
 * Sends one format to one Icecast server, for ever: connects, and connects anew whenever it fails. Nothing waits for it: on
 * air the server is the only listener of a connection manager, and held to the same rules as any listener.
 */
export class Push implements ChunkOutput {
  readonly #options: PushOptions;
  readonly #framing: IcecastFraming;
  readonly #connections: ConnectionManager;
  readonly #titles: TitleTeller;
  readonly #log: OutageLog;
  readonly #endTitles: () => void;
  /** By which the server was last reached. */
  #method: Method = 'PUT';
  #state: PushState = 'waiting';
  #sinceMs = performance.now();
  #nextTryMs = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #stopping = new AbortController();
  /** While on air. */
  #onAir: (Accepted & { readonly stream: IcecastStream }) | undefined;
  #problem: PushProblem | undefined;
  #attempts = 0;
  /** In a row: what the next wait depends on. */
  #failuresInRow = 0;
  #connects = 0;
  readonly #failures: PushStatus['failures'] = {};
  /** By earlier connections. */
  #sentBytes = 0;

  constructor(options: PushOptions) {
    const { target, feed, station, stallMs, backlogMs = BACKLOG_MS } = options;
    const { icecast, bytesPerSecond } = feed.format;
    if (!icecast) throw new Error(`Icecast cannot pass on ${feed.format.id}`);
    this.#options = options;
    this.#framing = icecast;
    this.#connections = new ConnectionManager({
      bytesPerSecond,
      stallMs,
      backlogMs,
      onRemoved: (listener) => this.#lost(listener),
    });
    this.#log = new OutageLog(options.log, `push to ${target.url}`);
    this.#titles = new TitleTeller(
      (title, signal) => tellTitle(target, title, options.userAgent, { lookup: options.lookup, signal }),
      ({ message }) => options.log.warn(`push to ${target.url}: a title could not be told: ${message}`),
    );
    this.#endTitles = station.onTitle(() => this.#tellTitle());
  }

  /** Begins to connect. */
  start(): void {
    void this.#connect();
  }

  /** Ends the stream after a whole chunk. Resolves when the connection has closed, after `deadlineMs` at the latest. */
  async close(deadlineMs: number): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    this.#endTitles();
    this.#titles.stop();
    await this.#connections.close(deadlineMs);
  }

  /** Takes a chunk of the encoder. */
  broadcast(chunk: Buffer, atMs: number): void {
    if (this.#onAir) this.#connections.broadcast(this.#onAir.stream.frame(chunk), atMs);
  }

  status(): PushStatus {
    const nowMs = performance.now();
    const [server] = this.#connections.snapshot();
    const { target, feed } = this.#options;
    return {
      url: target.url,
      format: feed.format.id,
      state: this.#state,
      ...(this.#problem && { problem: { cause: this.#problem.reason, message: this.#problem.message } }),
      sinceS: (nowMs - this.#sinceMs) / 1000,
      attempts: this.#attempts,
      ...(this.#state === 'waiting' && { nextTryInS: Math.max(0, this.#nextTryMs - nowMs) / 1000 }),
      sentBytes: this.#sentBytes + (server?.takenBytes ?? 0),
      behindMs: server?.behindMs ?? 0,
      connects: this.#connects,
      failures: { ...this.#failures },
    };
  }

  async #connect(): Promise<void> {
    const { feed, target, pcm, userAgent } = this.#options;
    this.#attempts++;
    this.#enter('connecting');
    const format = { ...feed.format, icecast: this.#framing };
    const offer = { target, format, pcm, userAgent, tags: this.#tags };
    try {
      const options = { ...this.#options, signal: this.#stopping.signal };
      this.#goOnAir(await offerStream(offer, this.#method, options));
    } catch (error) {
      if (!(error instanceof PushProblem)) throw error;
      if (!this.#stopping.signal.aborted) this.#failed(error);
    }
  }

  #goOnAir(accepted: Accepted): void {
    const { feed } = this.#options;
    if (this.#stopping.signal.aborted) return void accepted.socket.destroy();
    feed.acquire();
    const stream = this.#framing.start();
    this.#onAir = { ...accepted, stream };
    this.#method = accepted.method;
    this.#problem = undefined;
    this.#attempts = 0;
    this.#connects++;
    this.#enter('on air');
    this.#log.onAir();
    this.#timer = setTimeout(() => this.#steady(), STEADY_MS).unref();
    feed.addOutput(this);
    // What fails from here on ends in `#lost`, maybe before this returns.
    const taken = this.#connections.addClient(accepted.socket, SERVER, [stream.header(this.#tags)]);
    if (!taken) this.#leave(lossProblem('closed by peer'));
    else if (this.#framing.titles === 'by request') this.#tellTitle();
  }

  #steady(): void {
    this.#failuresInRow = 0;
    this.#log.steady();
  }

  #lost({ takenBytes, reason, error }: RemovedListener): void {
    this.#sentBytes += takenBytes;
    this.#leave(reason === 'shutdown' ? undefined : (this.#onAir?.refusal() ?? lossProblem(reason, error)));
  }

  /** Ends being on air. */
  #leave(problem: PushProblem | undefined): void {
    const { feed } = this.#options;
    this.#onAir = undefined;
    this.#titles.stop();
    clearTimeout(this.#timer);
    feed.removeOutput(this);
    feed.release();
    if (problem) this.#failed(problem);
  }

  #failed(problem: PushProblem): void {
    const { waitMs = backoffMs } = this.#options;
    this.#problem = problem;
    this.#failures[problem.reason] = (this.#failures[problem.reason] ?? 0) + 1;
    this.#log.failed(problem.reason, problem.message);
    const pauseMs = waitMs(++this.#failuresInRow);
    this.#nextTryMs = performance.now() + pauseMs;
    this.#enter('waiting');
    this.#timer = setTimeout(() => void this.#connect(), pauseMs).unref();
  }

  #enter(state: PushState): void {
    this.#state = state;
    this.#sinceMs = performance.now();
  }

  get #tags(): StreamTags {
    const { target, station } = this.#options;
    return target.name === '' ? station.tags : { ...station.tags, name: target.name };
  }

  #tellTitle(): void {
    if (!this.#onAir) return;
    if (this.#framing.titles === 'by request') this.#titles.say(shownTitle(this.#tags));
    else this.#connections.broadcast(this.#onAir.stream.header(this.#tags));
  }
}
