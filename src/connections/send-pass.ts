import type { Socket } from 'node:net';
import { getSystemErrorName } from 'node:util';
import { type Native, native } from '../native.ts';
import type { KernelTruth, Wire } from './wire.ts';
import { checkedCount } from './write-call.ts';

/** The part of the addon that this file answers for. */
export type FanOutCalls = Pick<
  Native,
  'fanOutOpen' | 'fanOutAdd' | 'fanOutJoin' | 'fanOutSendAll' | 'fanOutSend' | 'fanOutTruth' | 'fanOutRemove'
>;

/** How many numbers a KernelTruth is. */
const TRUTH_LENGTH = 9;

/** The kernel refused to send. `code` is its name for why, such as `EPIPE`. */
export class SendError extends Error {
  override readonly name = 'SendError';
  readonly code: string;

  constructor(errno: number) {
    const code = getSystemErrorName(errno);
    super(`send: ${code}`);
    this.code = code;
  }
}

/**
 * Sends the same bytes to many TCP connections in one call, past Node's streams, which cost as much again as the kernel.
 *
 * This is the only file that knows descriptors. What could go wrong with them, and why it cannot:
 * - *A number is closed and given to somebody else's connection.* Every connection in here is a duplicate of our own, which
 *   nobody but `SendPort.close` closes; and a closed port's id is refused by the addon even when its place is taken again.
 * - *Bytes overtake others that wait in the socket.* A socket that holds anything is not taken.
 * - *A chunk is taken in part and the next one follows.* The addon puts such a connection out of the pass by itself; it is let in
 *   again only by `join`, and cannot be sent to by two ways at once.
 * - *Bytes go past TLS.* Only what Node itself calls a TCP handle is taken, and only what the kernel calls TCP.
 */
export class SendPass<T> {
  readonly #calls: FanOutCalls;
  readonly #fanOut;
  readonly #owners = new Map<number, T>();
  #shorts = new Int32Array(16);
  readonly #truth = new Float64Array(TRUTH_LENGTH);

  /**
   * @param unsentBytes how much may lie in the kernel without having been sent, bytes
   * @param deadAfterMs how long a peer may acknowledge nothing, ms
   */
  constructor(unsentBytes: number, deadAfterMs: number, calls: FanOutCalls = native) {
    this.#calls = calls;
    this.#fanOut = calls.fanOutOpen({ unsentBytes: Math.ceil(unsentBytes), deadAfterMs: Math.ceil(deadAfterMs) });
  }

  /**
   * A way past Node into this socket; undefined when there is none: TLS, no TCP, bytes waiting in it, no descriptor left. What lies
   * under TLS is bounded like the others all the same.
   */
  open(socket: Socket, owner: T): SendPort<T> | undefined {
    const descriptor = descriptorOf(socket, 'TCP');
    if (descriptor === undefined) this.#bound(descriptorOf(socket, 'TLSWrap'));
    if (descriptor === undefined || socket.destroyed || socket.writableLength > 0) return undefined;
    const id = this.#calls.fanOutAdd(this.#fanOut, descriptor);
    if (id < 0) return undefined;
    this.#owners.set(id, owner);
    if (this.#shorts.length < 2 * this.#owners.size) this.#shorts = new Int32Array(4 * this.#owners.size);
    return new SendPort(this, id);
  }

  /** Sets on a connection what is set on every one in here, and lets go of it again: it is the kernel's that remembers. */
  #bound(descriptor: number | undefined): void {
    const id = descriptor === undefined ? -1 : this.#calls.fanOutAdd(this.#fanOut, descriptor);
    if (id >= 0) this.#calls.fanOutRemove(this.#fanOut, id);
  }

  /**
   * Sends `data` to every port that has joined. Those who did not take all of it are no longer joined.
   *
   * @returns each of them with the bytes it took, or with what it failed of
   */
  sendAll(data: Buffer): Array<{ owner: T; taken: number | Error }> {
    const count = this.#calls.fanOutSendAll(this.#fanOut, data, this.#shorts);
    const shorts: Array<{ owner: T; taken: number | Error }> = [];
    for (let index = 0; index < 2 * count; index += 2) {
      const owner = this.#owners.get(this.#shorts[index] ?? -1);
      if (owner === undefined) throw new Error('the addon named a connection that it was not given');
      shorts.push({ owner, taken: takenOrError(this.#shorts[index + 1], data.length) });
    }
    return shorts;
  }

  /** For SendPort. */
  send(id: number, chunk: Buffer, from: number): number {
    const taken = takenOrError(this.#calls.fanOutSend(this.#fanOut, id, chunk, from), chunk.length - from);
    if (taken instanceof Error) throw taken;
    return taken;
  }

  /** For SendPort. */
  join(id: number): void {
    const failed = this.#calls.fanOutJoin(this.#fanOut, id);
    if (failed < 0) throw new SendError(failed);
  }

  /** For SendPort. */
  truth(id: number): KernelTruth | undefined {
    if (this.#calls.fanOutTruth(this.#fanOut, id, this.#truth) < 0) return undefined;
    const at = (index: number) => this.#truth[index] ?? 0;
    return {
      ackedBytes: at(0),
      windowBytes: at(1),
      windowStepBytes: at(2),
      unsentBytes: at(3),
      unackedBytes: at(4),
      retransmits: at(5),
      beyondGap: at(6),
      rttMs: at(7),
      sinceAckMs: at(8),
    };
  }

  /** For SendPort. */
  remove(id: number): void {
    this.#owners.delete(id);
    this.#calls.fanOutRemove(this.#fanOut, id);
  }
}

/** One connection of a SendPass. */
export class SendPort<T> implements Wire {
  readonly #pass: SendPass<T>;
  #id: number | undefined;

  constructor(pass: SendPass<T>, id: number) {
    this.#pass = pass;
    this.#id = id;
  }

  /** What is sent is the kernel's. */
  readonly heldBytes = 0;

  send(chunk: Buffer, from: number): number {
    return this.#pass.send(this.#opened(), chunk, from);
  }

  /** From now on `sendAll` sends to it, until it does not take something. */
  join(): void {
    this.#pass.join(this.#opened());
  }

  truth(): KernelTruth | undefined {
    return this.#id === undefined ? undefined : this.#pass.truth(this.#id);
  }

  close(): void {
    if (this.#id === undefined) return;
    this.#pass.remove(this.#id);
    this.#id = undefined;
  }

  #opened(): number {
    if (this.#id === undefined) throw new Error('the port is closed');
    return this.#id;
  }
}

function takenOrError(taken: unknown, ofBytes: number): number | Error {
  if (typeof taken === 'number' && Number.isInteger(taken) && taken < 0) return new SendError(taken);
  return checkedCount(taken, ofBytes);
}

/** The descriptor of a socket that has this kind of handle. Node has no public name for it; pipes have other handles. */
function descriptorOf(socket: Socket, kind: 'TCP' | 'TLSWrap'): number | undefined {
  const { _handle: handle } = socket as Socket & { _handle?: { fd?: unknown } | null };
  if (handle?.constructor.name !== kind) return undefined;
  return typeof handle.fd === 'number' && handle.fd >= 0 ? handle.fd : undefined;
}
