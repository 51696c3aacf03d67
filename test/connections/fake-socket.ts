import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

interface Pending {
  rest: Buffer;
  readonly length: number;
  readonly done: ((error?: Error | null) => void) | undefined;
}

/** What a fake kernel is told about time. */
export interface FakeClock {
  ms: number;
}

/** What Node calls the handle of a plain TCP socket. */
class TCP {
  readonly fd: number;

  constructor(fd: number) {
    this.fd = fd;
  }
}

/**
 * Behaves as a net.Socket does in everything that the manager uses, over a kernel that takes only as many bytes as it is
 * given room for.
 */
export class FakeSocket extends EventEmitter {
  /** Bytes that the kernel will still take. */
  room: number;
  /** What the kernel took, in order. */
  readonly taken: Buffer[] = [];
  readonly remoteAddress = '192.0.2.1';
  destroyed = false;
  closed = false;
  readable = true;
  writableEnded = false;
  wasReset = false;
  noDelay = false;
  errored: Error | null = null;
  /** When it last finished a write, or began to wait, ms. */
  progressAtMs = 0;
  /** Undefined for what has no descriptor. */
  _handle: { fd: number } | undefined;
  readonly #clock: FakeClock;
  #pending: Pending[] = [];
  #destroyWhenFinished = false;

  constructor(clock: FakeClock, room: number) {
    super();
    this.#clock = clock;
    this.room = room;
  }

  get writable(): boolean {
    return !this.destroyed && !this.writableEnded && this.errored === null;
  }

  /** As in Node, a write that the kernel took in part counts in full. */
  get writableLength(): number {
    return this.#pending.reduce((sum, { length }) => sum + length, 0);
  }

  get bytesTaken(): number {
    return this.taken.reduce((sum, { length }) => sum + length, 0);
  }

  write(data: Buffer, done?: (error?: Error | null) => void): boolean {
    if (this.destroyed || this.writableEnded) {
      const error = new Error('write after end');
      if (done) process.nextTick(done, error);
      this.destroy(error);
      return false;
    }
    if (this.#pending.length === 0) this.progressAtMs = this.#clock.ms;
    this.#pending.push({ rest: data, length: data.length, done });
    this.#pump();
    return this.#pending.length === 0;
  }

  /** Like send() on the descriptor: takes what there is room for, keeps nothing. */
  send(data: Buffer): number {
    if (this.destroyed) throw new Error('EBADF');
    return this.take(data);
  }

  /** Lets the socket have a descriptor. */
  describe(fd: number): this {
    this._handle = new TCP(fd);
    return this;
  }

  /** What the kernel does with bytes, whoever gives them to it. */
  take(data: Buffer): number {
    const sent = data.subarray(0, this.room);
    this.room -= sent.length;
    this.taken.push(sent);
    return sent.length;
  }

  /** The kernel takes `bytes` more. */
  grant(bytes: number): void {
    this.room += bytes;
    if (!this.destroyed) this.#pump();
  }

  setNoDelay(noDelay: boolean): this {
    this.noDelay = noDelay;
    return this;
  }

  resume(): this {
    return this;
  }

  destroySoon(): void {
    this.writableEnded = true;
    this.#destroyWhenFinished = true;
    this.#pump();
  }

  resetAndDestroy(): this {
    this.wasReset = true;
    return this.destroy();
  }

  destroy(error?: Error): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    this.readable = false;
    this.errored = error ?? null;
    const unfinished = this.#pending;
    this.#pending = [];
    process.nextTick(() => {
      for (const { done } of unfinished) done?.(new Error('destroyed'));
      if (error) this.emit('error', error);
      this.closed = true;
      this.emit('close');
    });
    return this;
  }

  /** The peer sends FIN. */
  fin(): void {
    if (!this.readable) return;
    this.readable = false;
    process.nextTick(() => !this.destroyed && this.emit('end'));
  }

  /** The peer sends RST. */
  rst(): void {
    this.destroy(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
  }

  asSocket(): Socket {
    return this as unknown as Socket;
  }

  #pump(): void {
    for (let first = this.#pending[0]; first !== undefined; first = this.#pending[0]) {
      const sent = this.send(first.rest);
      first.rest = first.rest.subarray(sent);
      if (first.rest.length > 0) return;
      this.#pending.shift();
      this.progressAtMs = this.#clock.ms;
      if (first.done) process.nextTick(first.done, null);
    }
    if (this.#destroyWhenFinished) process.nextTick(() => this.destroy());
  }
}
