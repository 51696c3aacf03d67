import type { Socket } from 'node:net';
import type { Evidence } from './judgement.ts';
import { Progress } from './progress.ts';
import type { RecentChunks } from './recent-chunks.ts';
import type { SocketOwner } from './socket-owner.ts';
import type { KernelTruth, Wire } from './wire.ts';

/** Why a listener is no longer served. */
export type RemovalReason =
  /** It closed its connection or its sending half (FIN). */
  | 'closed by peer'
  /** Its connection was reset (RST), or it was gone when we wrote. */
  | 'reset'
  /** It took nothing for longer than backlog and stall time together. */
  | 'stalled'
  /** It took something, but too slowly: more waited for it than the backlog may hold. */
  | 'too far behind'
  /** Its machine answers no more: cable pulled, out of range, switched off. */
  | 'half-open'
  /** Writing to it failed, or the write call answered with an impossible count. */
  | 'write error'
  /** Our side ended it: `removeClient`, or somebody destroyed its socket. */
  | 'removed'
  /** The manager was closed. */
  | 'shutdown';

/** What is known of one listener at one moment. */
export interface ListenerState {
  readonly id: string;
  /** The peer's IP address; empty when the socket could not tell. */
  readonly remoteAddress: string;
  /** Time since it was added, ms. */
  readonly connectedMs: number;
  /** Everything meant for it, including what its socket already held when it was added, bytes. */
  readonly givenBytes: number;
  /** The part of it that its machine has acknowledged, or that our kernel has taken when that is all we can know, bytes. */
  readonly takenBytes: number;
  /** Given but not taken, bytes: `givenBytes - takenBytes`. */
  readonly backlogBytes: number;
  /** The part of those that our kernel has not taken, bytes. */
  readonly waitingBytes: number;
  /** Age of the oldest chunk that it has not taken as a whole, ms; 0 when it has everything. */
  readonly behindMs: number;
  /** How long it has given no sign of life although something waited for it, ms; 0 when nothing does. */
  readonly quietMs: number;
  /** Undefined for what is no plain TCP connection. */
  readonly kernel: KernelTruth | undefined;
}

/** A listener's last state, and why it ended. */
export interface RemovedListener extends ListenerState {
  readonly reason: RemovalReason;
  /** The error behind the reason, when there was one. */
  readonly error?: Error;
}

/** Called when a listener's socket ends by itself. */
export type Departed = (listener: Listener, reason: RemovalReason, error?: Error) => void;

/** The stream that a listener joins. */
export interface Stream {
  readonly recent: RecentChunks;
  readonly bytesPerSecond: number;
}

/** With what a listener begins. */
export interface Beginning {
  /** Sent before the stream; may be empty. */
  readonly opening: Buffer;
  /** Where it begins with the stream. */
  readonly offset: number;
}

/** The manager's record of one listener. Holds no queue: what waits for it is in the stream's recent chunks. */
export class Listener implements SocketOwner {
  readonly id: string;
  readonly socket: Socket;
  readonly remoteAddress: string;
  readonly joinedAtMs: number;
  /** Set by the manager directly after the construction, and again when a better one can be had. */
  wire!: Wire;
  /** Offset of the stream at which the wire's own count began. */
  wireOffset: number;
  /** Offset of the first byte that was meant for it: the first of its opening, as if that were a part of the stream. */
  readonly #beginOffset: number;
  /** Where its opening ends and the stream begins. */
  readonly #joinOffset: number;
  /** What comes before the first chunk of the stream; undefined when it has been sent. */
  #opening: Buffer | undefined;
  /** Offset of the next byte to be sent, unless it is in the pass, where it always has everything. */
  position: number;
  /** True while the pass over all sends to it. */
  inPass = false;
  /** True while something is being sent to it, so that what that leads to does not send the same again. */
  sending = false;
  /** True once removed: whatever still arrives from its socket concerns nobody. */
  gone = false;
  /** When it last took something that had waited, ms. */
  tookAtMs: number;
  /** When its time may be up, ms. Kept by the watch. */
  lookAtMs: number;
  /** True while it is about to be judged. */
  suspected = false;
  readonly progress: Progress;
  kernel: KernelTruth | undefined;
  readonly #departed: Departed;

  constructor(id: string, socket: Socket, nowMs: number, stream: Stream, begin: Beginning, departed: Departed) {
    const { opening, offset } = begin;
    this.id = id;
    this.socket = socket;
    // Read now: a destroyed socket no longer knows.
    this.remoteAddress = socket.remoteAddress ?? '';
    this.joinedAtMs = nowMs;
    this.tookAtMs = nowMs;
    this.lookAtMs = nowMs;
    this.#joinOffset = offset;
    this.#opening = opening.length > 0 ? opening : undefined;
    this.position = this.#joinOffset - opening.length;
    this.wireOffset = this.position;
    this.#beginOffset = this.position - socket.writableLength;
    this.progress = new Progress(this.#beginOffset, stream.bytesPerSecond);
    this.#departed = departed;
  }

  /** What is to be sent to it next, and from where on; undefined when it has everything, or when that is no longer there. */
  next(recent: RecentChunks): { chunk: Buffer; from: number } | undefined {
    if (this.position >= this.#joinOffset) {
      this.#opening = undefined;
      return recent.at(this.position);
    }
    const opening = this.#opening;
    return opening && { chunk: opening, from: opening.length - (this.#joinOffset - this.position) };
  }

  /** What is left of the chunk that it is in the middle of; undefined when it is in the middle of none. */
  unfinished(recent: RecentChunks): Buffer | undefined {
    if (this.inPass) return undefined;
    const next = this.next(recent);
    return next && next.from > 0 ? next.chunk.subarray(next.from) : undefined;
  }

  /** Asks the kernel how it gets on. */
  look(recent: RecentChunks): void {
    const endOffset = recent.endOffset;
    this.kernel = this.wire.truth() ?? this.kernel;
    const takenOffset = this.kernel
      ? this.wireOffset + this.kernel.ackedBytes
      : this.#sentOffset(recent) - this.wire.heldBytes;
    this.progress.look(takenOffset, endOffset, this.kernel);
  }

  /** Age of the chunk that has the byte at `offset`, ms; 0 when that is yet to come. */
  #ageMs(offset: number, recent: RecentChunks, nowMs: number): number {
    if (offset >= recent.endOffset) return 0;
    const atMs = offset < this.#joinOffset ? this.joinedAtMs : (recent.timeAt(offset) ?? nowMs);
    return Math.max(0, nowMs - atMs);
  }

  /** What the last look says about it. */
  evidence(recent: RecentChunks, nowMs: number): Evidence {
    const { progress, kernel } = this;
    // A machine that has everything says no more before something else comes, and so nothing of what its program has read since.
    const untilMs = progress.takenOffset < recent.endOffset ? nowMs : Math.min(nowMs, recent.endAtMs);
    return {
      quietMs: progress.isQuiet(recent.endOffset, recent.narrowsWindows)
        ? this.#ageMs(progress.aliveOffset, recent, untilMs)
        : 0,
      behindMs: this.#ageMs(progress.takenOffset, recent, nowMs),
      unansweredMs: kernel && kernel.unackedBytes > 0 ? kernel.sinceAckMs : 0,
    };
  }

  #sentOffset(recent: RecentChunks): number {
    return this.inPass ? recent.endOffset : this.position;
  }

  state(recent: RecentChunks, nowMs: number): ListenerState {
    const { takenOffset } = this.progress;
    const { behindMs, quietMs } = this.evidence(recent, nowMs);
    const givenBytes = recent.endOffset - this.#beginOffset;
    const backlogBytes = Math.max(0, recent.endOffset - takenOffset);
    return {
      id: this.id,
      remoteAddress: this.remoteAddress,
      connectedMs: nowMs - this.joinedAtMs,
      givenBytes,
      takenBytes: givenBytes - backlogBytes,
      backlogBytes,
      waitingBytes: recent.endOffset - this.#sentOffset(recent) + this.wire.heldBytes,
      behindMs,
      quietMs,
      kernel: this.kernel,
    };
  }

  socketEnded(): void {
    this.#departed(this, 'closed by peer');
  }

  socketFailed(_socket: Socket, error: NodeJS.ErrnoException): void {
    this.#departed(this, reasonOf(error), error);
  }

  socketClosed(): void {
    // A peer's close shows as an end or an error first; a close out of the blue is somebody on our side destroying it.
    this.#departed(this, 'removed');
  }
}

/** What an error of a connection says about its peer (tcp(7), ip(7)). */
const REASONS: Partial<Record<string, RemovalReason>> = {
  ECONNRESET: 'reset',
  // What a write meets after the peer's RST, when nobody has read the RST itself.
  EPIPE: 'reset',
  ETIMEDOUT: 'half-open',
  EHOSTUNREACH: 'half-open',
  ENETUNREACH: 'half-open',
  // It would not be quiet after its request (http/take-over.ts).
  ERR_CHATTER: 'removed',
};

/** Why a listener ends whose connection failed with this error. */
export function reasonOf(error: Error & { code?: string }): RemovalReason {
  return REASONS[error.code ?? ''] ?? 'write error';
}
