import { constants } from 'node:os';
import type { FanOutCalls } from '../../src/connections/send-pass.ts';
import type { FanOutHandle } from '../../src/native.ts';
import type { FakeSocket } from './fake-socket.ts';

/** What the fake answers for a send, when not the truth. */
export type Answer = (socket: FakeSocket, data: Uint8Array, taken: number) => number;

/** The addon's fan-out over fake sockets: the same promises, and whatever lies a test asks for. */
export class FakeFanOut implements FanOutCalls {
  readonly #answer: Answer;
  readonly #sockets: readonly FakeSocket[];
  readonly #open = new Map<number, { socket: FakeSocket; joined: boolean; takenBefore: number }>();
  #nextId = 0;

  /**
   * @param sockets by descriptor
   * @param answer may change what a send answers
   */
  constructor(sockets: readonly FakeSocket[], answer: Answer = (_socket, _data, taken) => taken) {
    this.#sockets = sockets;
    this.#answer = answer;
  }

  /** Connections that were added and not removed. */
  get size(): number {
    return this.#open.size;
  }

  readonly fanOutOpen = (): FanOutHandle => ({}) as FanOutHandle;

  readonly fanOutAdd = (_fanOut: FanOutHandle, descriptor: number): number => {
    const socket = this.#sockets[descriptor];
    if (!socket) return -constants.errno.EBADF;
    this.#nextId += 1;
    this.#open.set(this.#nextId, { socket, joined: false, takenBefore: socket.bytesTaken });
    return this.#nextId;
  };

  readonly fanOutJoin = (_fanOut: FanOutHandle, id: number): number => {
    const one = this.#open.get(id);
    if (one) one.joined = true;
    return one ? 0 : -constants.errno.EBADF;
  };

  readonly fanOutSendAll = (_fanOut: FanOutHandle, data: Uint8Array, shorts: Int32Array): number => {
    let count = 0;
    for (const [id, one] of this.#open) {
      if (!one.joined) continue;
      const taken = this.#send(one.socket, data);
      if (taken === data.length) continue;
      one.joined = false;
      shorts.set([id, taken], 2 * count);
      count += 1;
    }
    return count;
  };

  readonly fanOutSend = (_fanOut: FanOutHandle, id: number, data: Uint8Array, from: number): number => {
    const one = this.#open.get(id);
    return one && !one.joined ? this.#send(one.socket, data.subarray(from)) : -constants.errno.EBADF;
  };

  readonly fanOutTruth = (_fanOut: FanOutHandle, id: number, truth: Float64Array): number => {
    const one = this.#open.get(id);
    if (!one) return -constants.errno.EBADF;
    // A machine that promises no room beyond what was taken, and an answer for everything.
    truth.set([one.socket.bytesTaken - one.takenBefore, 0, 0, 0, 0, 0, 0, 1, 0]);
    return 0;
  };

  readonly fanOutRemove = (_fanOut: FanOutHandle, id: number): number =>
    this.#open.delete(id) ? 0 : -constants.errno.EBADF;

  #send(socket: FakeSocket, data: Uint8Array): number {
    // Our duplicate outlives the socket's own descriptor, but not the connection.
    const taken = socket.wasReset || socket.errored ? -constants.errno.ECONNRESET : socket.take(Buffer.from(data));
    return this.#answer(socket, data, taken);
  }
}
