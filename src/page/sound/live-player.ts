import type { Greeting, LiveSound, Piece } from '../../live/message.ts';
import { BoxClock } from './clock.ts';
import { type Decoder, openDecoder } from './decoders.ts';
import type { LiveLink } from './live-link.ts';
import type { Output, OutputFormat, Placed } from './output.ts';
import type { Player, PlayerState } from './player.ts';
import { openScheduledOutput } from './scheduled-output.ts';
import { openWorkletOutput } from './worklet-output.ts';

/** Without a piece for so long the listener hears nothing any more, ms. */
const WAITING_MS = 400;
/** A browser that has not begun to play by then waits for a click, ms. */
const BLOCKED_MS = 700;
/** The delay is shown as it is on average over so many pieces. */
const SMOOTH = 0.05;
const REPORT_EVERY_MS = 10_000;

/** Plays with as little delay as the network and the browser allow: pieces of sound by WebSocket, played by Web Audio. */
export class LivePlayer implements Player {
  readonly #link: LiveLink;
  readonly #sound: LiveSound;
  readonly #clock = new BoxClock();
  #volume = 1;
  #session: Session | undefined;

  /** @param sound what is fetched: `opus`, or `pcm` on networks that are good */
  constructor(link: LiveLink, sound: 'opus' | 'pcm') {
    this.#link = link;
    this.#sound = sound;
  }

  get state(): PlayerState {
    if (!this.#session) return 'idle';
    return this.#session.state;
  }

  get behindMs(): number | undefined {
    return this.#session?.behindMs;
  }

  get outputMs(): number | undefined {
    return this.#session && outputMs(this.#session.context);
  }

  get problem(): string | undefined {
    return this.#session && this.#link.problem;
  }

  play(): void {
    if (this.#session) {
      void this.#session.context.resume();
      return;
    }
    const session = new Session(this.#clock);
    this.#session = session;
    session.setVolume(this.#volume);
    this.#link.onGreeting = (greeting) => session.begin(greeting);
    this.#link.onPiece = (piece) => session.take(piece);
    session.onReport = (report) => this.#link.report(report);
    // Old browsers forbid pages like ours WebAssembly, and what is fetched may not arrive. PCM needs no decoder.
    session.onNoDecoder = () => this.#link.want('pcm');
    this.#clock.start();
    this.#link.want(this.#sound);
  }

  stop(): void {
    this.#clock.stop();
    this.#link.onGreeting = this.#link.onPiece = () => {};
    this.#link.want('none');
    this.#session?.close();
    this.#session = undefined;
  }

  setVolume(volume: number): void {
    this.#volume = volume;
    this.#session?.setVolume(volume);
  }
}

/** From a press of the button to the next. */
class Session {
  readonly context = new AudioContext({ latencyHint: 'interactive' });
  readonly #clock: BoxClock;
  readonly #volume = this.context.createGain();
  readonly #startedMs = performance.now();
  /** Undefined until decoder and output are there: what comes before that would only be a delay. */
  #line: Line | undefined;
  #connections = 0;
  #codecMs = 0;
  #pieceAtMs = Number.NEGATIVE_INFINITY;
  #reportedMs = 0;
  #placed = false;
  behindMs: number | undefined;
  onReport: (report: { behindMs: number; dropouts: number }) => void = () => {};
  /** What comes cannot be decoded here. */
  onNoDecoder: () => void = () => {};

  constructor(clock: BoxClock) {
    this.#clock = clock;
    this.#volume.connect(this.context.destination);
    // After a phone call, for one.
    this.context.onstatechange = () => {
      if (this.context.state !== 'running' && this.context.state !== 'closed') void this.context.resume();
    };
    void this.context.resume();
  }

  get state(): PlayerState {
    const nowMs = performance.now();
    if (this.context.state !== 'running') return nowMs - this.#startedMs < BLOCKED_MS ? 'connecting' : 'blocked';
    if (!this.#placed) return 'connecting';
    return nowMs - this.#pieceAtMs < WAITING_MS ? 'playing' : 'waiting';
  }

  setVolume(volume: number): void {
    this.#volume.gain.value = volume;
  }

  /** A connection begins: decoder and output start anew. */
  begin(greeting: Greeting): void {
    this.#codecMs = greeting.codecMs;
    this.#line?.close();
    this.#line = undefined;
    const connection = ++this.#connections;
    openLine(this.context, this.#volume, greeting, (placed) => this.#onPlaced(placed)).then(
      (line) => {
        // Meanwhile the connection may have been replaced, or the button pressed.
        if (connection === this.#connections) this.#line = line;
        else line.close();
      },
      () => connection === this.#connections && this.onNoDecoder(),
    );
  }

  take({ sound, atMs }: Piece): void {
    if (sound.length === 0) return;
    this.#pieceAtMs = performance.now();
    this.#line?.decoder.decode(sound, atMs);
  }

  close(): void {
    this.#connections++;
    this.#line?.close();
    void this.context.close();
  }

  #onPlaced({ atMs, endS, dropouts }: Placed): void {
    this.#placed = true;
    const { offsetMs } = this.#clock;
    if (offsetMs === undefined) return;
    const nowMs = performance.now();
    const heardAtMs = nowMs + (endS - this.context.currentTime) * 1000 + outputMs(this.context);
    const behindMs = heardAtMs + offsetMs - (atMs - this.#codecMs);
    // A jump is shown as one.
    const jumped = this.behindMs === undefined || Math.abs(behindMs - this.behindMs) > 200;
    this.behindMs = jumped ? behindMs : (this.behindMs ?? 0) + (behindMs - (this.behindMs ?? 0)) * SMOOTH;
    if (nowMs - this.#reportedMs < REPORT_EVERY_MS) return;
    this.#reportedMs = nowMs;
    this.onReport({ behindMs: Math.max(0, Math.round(this.behindMs)), dropouts });
  }
}

/** What the sound of one connection passes through. */
interface Line {
  readonly decoder: Decoder;
  close(): void;
}

async function openLine(
  context: AudioContext,
  destination: AudioNode,
  greeting: Greeting,
  onPlaced: (placed: Placed) => void,
): Promise<Line> {
  const format: OutputFormat = greeting;
  const output = await openOutput(context, destination, format, onPlaced);
  const decoder = await openDecoder(greeting, (channels, atMs) => output.add(channels, atMs));
  return {
    decoder,
    close() {
      decoder.close();
      output.close();
    },
  };
}

async function openOutput(...way: Parameters<typeof openWorkletOutput>): Promise<Output> {
  const [context] = way;
  // Missing where the page came over plain http from another machine.
  if (context.audioWorklet) {
    try {
      return await openWorkletOutput(...way);
    } catch {
      // The other way works everywhere.
    }
  }
  return openScheduledOutput(...way);
}

/**
 * The part of the delay that is the browser's and the system's own output, as the browser tells it, ms. In Chromium the output latency has
 * the base latency in it (measured); a browser that does not tell the one tells the other (Web Audio API, 1.2.2).
 */
function outputMs({ baseLatency = 0, outputLatency = 0 }: AudioContext): number {
  return (outputLatency > 0 ? outputLatency : baseLatency) * 1000;
}
