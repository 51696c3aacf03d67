import type { Socket } from 'node:net';
import { ConnectionManager } from '../../src/connections/connection-manager.ts';
import type { RemovalReason, RemovedListener } from '../../src/connections/listener.ts';
import { socketWrite, type WriteCall } from '../../src/connections/write-call.ts';
import { FakeFanOut } from './fake-fan-out.ts';
import { FakeSocket } from './fake-socket.ts';
import { NumberedReader, numbered, numberOf } from './numbered.ts';

export const IDS = ['a', 'b', 'c', 'd', 'e'] as const;
export const STALL_MS = 100;
const BYTES_PER_SECOND = 1000;
const BACKLOG_MS = 300;
export const LIMIT_MS = BACKLOG_MS + STALL_MS;
/** How much of the recent stream some begin with. */
const BURST_MS = STALL_MS;
const LIMIT_BYTES = (BYTES_PER_SECOND * LIMIT_MS) / 1000;
const HEAD_BYTES = 5;

/** Something that happens, at top level or from inside a callback. `who` indexes the sockets made so far. */
export type Act =
  | {
      readonly kind: 'add';
      readonly id: number;
      readonly room: number;
      readonly head: boolean;
      readonly burst: boolean;
    }
  | { readonly kind: 'addAgain'; readonly id: number; readonly who: number }
  | { readonly kind: 'remove'; readonly id: number }
  | { readonly kind: 'broadcast'; readonly bytes: number }
  | { readonly kind: 'grant'; readonly who: number; readonly bytes: number }
  | { readonly kind: 'fin' | 'rst' | 'destroy' | 'badWrite'; readonly who: number }
  | { readonly kind: 'close' };

const CAUSES = { fin: 'closed by peer', rst: 'reset', destroy: 'removed', badWrite: 'write error' } as const;

/** How bytes reach the sockets: by Node's write, by a call like send(), or by the pass over all. */
export type Way = 'write' | 'send' | 'pass';

/** What the model knows of one listener. */
interface Life {
  readonly id: string;
  readonly fake: FakeSocket;
  readonly firstChunk: number;
  readonly headBytes: number;
  /** Why it may be removed, by what was done to it. */
  readonly causes: Set<RemovalReason>;
  badWrite: boolean;
  /** Its connection was broken off, so that its last chunk may be in pieces. */
  torn: boolean;
  removed: RemovedListener | undefined;
}

/**
 * A manager over fake sockets beside the simplest possible model of it: a list of ids, and for each listener the number of
 * the chunk it must begin with. Every call and every callback is compared with the model as it happens.
 */
export class World {
  readonly clock = { ms: 0 };
  readonly manager: ConnectionManager;
  readonly lives: Life[] = [];
  /** What the next callbacks do, the next one last. Never a grant: a kernel's progress is heard of from the event loop only. */
  readonly reactions: Act[] = [];
  readonly #fanOut: FakeFanOut;
  /** By descriptor. */
  readonly #fakes: FakeSocket[] = [];
  readonly #listed = new Map<string, Life>();
  readonly #byFake = new Map<unknown, Life>();
  #chunks = 0;
  #closed = false;

  constructor(way: Way) {
    const send: WriteCall = (socket, data) => (socket as unknown as FakeSocket).send(data);
    const write = way === 'send' ? send : socketWrite;
    this.#fanOut = new FakeFanOut(this.#fakes, (socket, data, taken) => this.#answerOfPass(socket, data, taken));
    this.manager = new ConnectionManager({
      bytesPerSecond: BYTES_PER_SECOND,
      stallMs: STALL_MS,
      backlogMs: BACKLOG_MS,
      now: () => this.clock.ms,
      onRemoved: (listener) => {
        try {
          this.#onRemoved(listener);
        } catch {
          // Kept in `failures`; thrown on, it would end the process before fast-check can shrink it.
        }
      },
      fanOut: this.#fanOut,
      ...(way !== 'pass' && { write: (socket: Socket, data: Buffer) => this.#answerOfWrite(socket, data, write) }),
    });
  }

  #answerOfWrite(socket: Socket, data: Buffer, write: WriteCall): number {
    const life = this.#byFake.get(socket);
    if (life?.removed) failures.push(`${life.id} is written to after its removal`);
    const taken = write(socket, data);
    // Some writes do something behind the manager's back; a chunk whose own writing ends its listener is torn.
    if (data.length % 5 === 0 && life) {
      this.#react();
      life.torn ||= life.removed !== undefined;
    }
    return life?.badWrite ? data.length + 1 : taken;
  }

  #answerOfPass(fake: FakeSocket, data: Uint8Array, taken: number): number {
    const life = this.#byFake.get(fake);
    if (life?.removed) failures.push(`${life.id} is sent to after its removal`);
    return life?.badWrite ? data.length + 1 : taken;
  }

  do(act: Act): void {
    if (act.kind === 'add') this.#add(IDS[act.id] ?? 'a', act.room, act.head, act.burst);
    else if (act.kind === 'addAgain') this.#addAgain(IDS[act.id] ?? 'a', act.who);
    else if (act.kind === 'remove') this.#remove(IDS[act.id] ?? 'a');
    else if (act.kind === 'broadcast') this.#broadcast(act.bytes);
    else if (act.kind === 'close') this.#close();
    else this.#toSocket(act);
  }

  /** Compares everything that can be seen from outside with the model. */
  check(): void {
    const states = this.manager.snapshot();
    equal('the list', states.map(({ id }) => id).join(), [...this.#listed.keys()].join());
    equal('the size', this.manager.size, this.#listed.size);
    for (const state of states) {
      const { fake, headBytes } = this.#listed.get(state.id) as Life;
      equal('given', state.givenBytes, state.takenBytes + state.backlogBytes);
      if (state.backlogBytes < fake.writableLength) fail(`${state.id} is said to hold less than its socket does`);
      if (state.backlogBytes > LIMIT_BYTES + headBytes + 64) fail(`${state.id} may hold ${state.backlogBytes} bytes`);
      // Until its death is heard of, a dead socket takes everything.
      if (state.takenBytes > fake.bytesTaken && !fake.destroyed)
        fail(`${state.id} is said to have taken more than it has`);
    }
    for (const life of this.lives) this.#checkStream(life, false);
  }

  /** To be called when all is quiet and every socket has had room for everything: nobody may lack anything. */
  checkComplete(): void {
    for (const life of this.#listed.values()) {
      if (life.fake.closed) fail(`${life.id} is listed although its socket has closed`);
      this.#checkStream(life, true);
    }
    for (const life of this.lives) if (life.removed) this.#checkEnd(life);
    if (this.#fanOut.size > this.#listed.size) fail('a duplicate outlives its listener');
  }

  /** Those who wait and have taken nothing for longer than anybody may. */
  overdue(): string[] {
    const late = (fake: FakeSocket) => this.clock.ms - fake.progressAtMs > LIMIT_MS;
    return [...this.#listed.values()].filter(({ fake }) => fake.writableLength > 0 && late(fake)).map(({ id }) => id);
  }

  #add(id: string, room: number, head: boolean, burst: boolean): void {
    const fake = new FakeSocket(this.clock, room).describe(this.#fakes.length);
    this.#fakes.push(fake);
    const headBytes = head ? HEAD_BYTES : 0;
    if (head) fake.write(Buffer.alloc(HEAD_BYTES));
    const dead = fake.destroyed;
    const expected = !this.#closed && !this.#listed.has(id) && !dead;
    const { recent } = this.manager;
    const fromOffset = burst ? recent.joinOffset(this.clock.ms - BURST_MS) : recent.endOffset;
    const next = recent.at(fromOffset)?.chunk;
    const first = next ? numberOf(next) : this.#chunks;
    const life: Life = {
      id,
      fake,
      firstChunk: first,
      headBytes,
      causes: new Set(),
      badWrite: false,
      torn: false,
      removed: undefined,
    };
    if (expected) this.#list(life);
    equal(`add ${id}`, this.manager.addClient(fake.asSocket(), id, [], fromOffset), expected);
  }

  #addAgain(id: string, who: number): void {
    const life = this.lives[who % Math.max(1, this.lives.length)];
    // Taken, gone, or ending: in no case may a second listener come of it.
    if (life) equal(`add the socket of ${life.id} as ${id}`, this.manager.addClient(life.fake.asSocket(), id), false);
  }

  #remove(id: string): void {
    const life = this.#listed.get(id);
    life?.causes.add('removed');
    equal(`remove ${id}`, this.manager.removeClient(id), life !== undefined);
  }

  #broadcast(bytes: number): void {
    const chunk = numbered(this.#chunks, bytes);
    if (!this.#closed) this.#chunks += 1;
    this.manager.broadcast(chunk);
  }

  #close(): void {
    this.#closed = true;
    for (const life of this.#listed.values()) life.causes.add('shutdown');
    void this.manager.close(0);
  }

  #toSocket(act: Exclude<Act, { id: number } | { kind: 'broadcast' | 'close' }>): void {
    const life = this.lives[act.who % Math.max(1, this.lives.length)];
    if (!life) return;
    if (act.kind === 'grant') {
      life.fake.grant(act.bytes);
      return;
    }
    life.torn ||= act.kind !== 'fin';
    life.causes.add(CAUSES[act.kind]);
    if (act.kind === 'fin') life.fake.fin();
    if (act.kind === 'rst') life.fake.rst();
    if (act.kind === 'destroy') life.fake.destroy();
    if (act.kind === 'badWrite') life.badWrite = true;
  }

  #list(life: Life): void {
    this.lives.push(life);
    this.#listed.set(life.id, life);
    this.#byFake.set(life.fake, life);
  }

  #onRemoved(listener: RemovedListener): void {
    const life = this.#listed.get(listener.id);
    if (!life) fail(`${listener.id} was removed but is not listed`);
    this.#listed.delete(listener.id);
    life.removed = listener;
    const { reason } = listener;
    if (reason === 'stalled') {
      const quietMs = this.clock.ms - life.fake.progressAtMs;
      if (listener.backlogBytes === 0 || quietMs <= STALL_MS) fail(`${life.id} was called stalled`);
    } else if (reason === 'too far behind') {
      if (listener.backlogBytes <= LIMIT_BYTES && listener.behindMs <= LIMIT_MS)
        fail(`${life.id} was called too far behind`);
    } else if (!life.causes.has(reason)) fail(`${life.id} was removed as ${reason}`);
    equal('the list in the callback', this.manager.size, this.#listed.size);
    this.#react();
  }

  #react(): void {
    const act = this.reactions.pop();
    if (act) this.do(act);
  }

  #checkEnd({ id, fake, headBytes, torn }: Life): void {
    if (!fake.closed) fail(`the socket of ${id} is still open after its removal`);
    for (const event of ['end', 'error', 'close']) equal(`listeners for ${event}`, fake.listenerCount(event), 0);
    if (torn || fake.wasReset) return;
    const reader = new NumberedReader();
    reader.push(Buffer.concat(fake.taken).subarray(headBytes));
    equal(`part of a chunk at the end of ${id}`, reader.partBytes, 0);
  }

  #checkStream(life: Life, complete: boolean): void {
    const reader = new NumberedReader();
    reader.push(Buffer.concat(life.fake.taken).subarray(life.headBytes));
    if (reader.fault) fail(`${life.id}: ${reader.fault}`);
    if (reader.first >= 0) equal(`first chunk of ${life.id}`, reader.first, life.firstChunk);
    if (!complete) return;
    equal(`part of a chunk for ${life.id}`, reader.partBytes, 0);
    const last = this.#chunks > life.firstChunk ? this.#chunks - 1 : -1;
    equal(`last chunk of ${life.id}`, reader.last, last);
  }
}

/** Failures are kept as well as thrown: one inside a callback must not get lost. */
export const failures: string[] = [];

function fail(what: string): never {
  failures.push(what);
  throw new Error(what);
}

function equal(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) fail(`${what}: ${String(actual)}, not ${String(expected)}`);
}
