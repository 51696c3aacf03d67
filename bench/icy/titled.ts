import type { Socket } from 'node:net';
import { mp3FrameBytes } from '../../src/encoders/mp3-frames.ts';
import { IcyReader } from '../../test/support/icy-reader.ts';
import { openStream, type PlainListener } from './plain.ts';

/** So much of its sound tells where in the stream a listener begins, bytes: longer than an MP3 frame, and no two are alike. */
const FIND_BYTES = 2000;
/** It begins no further back than this, bytes: more than the burst and what is under way. */
const BACK_BYTES = 100_000;

/** A title as it was found. */
export interface Found {
  /** Where in the stream of the plain listener, bytes. */
  readonly at: number;
  readonly shown: string;
}

/** A listener with titles that believes nothing: each block at its place, and the sound between as the plain listener has it. */
export class TitledListener {
  readonly #plain: PlainListener;
  readonly #socket: Socket;
  #reader: IcyReader | undefined;
  /** Sound that was not compared yet. */
  #pending = Buffer.alloc(0);
  /** Where in the plain stream it begins, bytes; undefined until that is known. */
  begin: number | undefined;
  /** Where the plain listener was when this one had its answer, bytes; undefined until it has. */
  joinedAt: number | undefined;
  metaBytes = 0;
  fault = '';
  #left = false;

  /** @param burstMs what it asks for; undefined when it does not ask */
  constructor(port: number, plain: PlainListener, burstMs: number | undefined) {
    this.#plain = plain;
    const query = burstMs === undefined ? '' : `?burst=${burstMs}`;
    this.#socket = openStream(port, `GET /stream.mp3${query} HTTP/1.0\r\nIcy-MetaData: 1\r\n\r\n`, {
      head: (head) => this.#guard(() => this.#readHead(head)),
      body: (piece) => this.#guard(() => this.#read(piece)),
      end: (why) => {
        if (!this.#left) this.fault ||= why;
      },
    });
  }

  /** How many blocks it has read. */
  get blocks(): number {
    return this.#reader?.blocks ?? 0;
  }

  /** Where it is in the plain stream, bytes. */
  get end(): number {
    return (this.begin ?? 0) + (this.#reader?.soundBytes ?? 0);
  }

  /** The titles that it has read. */
  get found(): Found[] {
    const begin = this.begin ?? 0;
    return (this.#reader?.titles ?? []).map(({ atBytes, title }) => ({ at: begin + atBytes, shown: title }));
  }

  /** Leaves. What it received last is compared. */
  async leave(): Promise<void> {
    this.#left = true;
    this.#socket.destroy();
    await this.#plain.lengthNow();
    this.#guard(() => this.#compare());
    if (this.#pending.length > 0) this.fault ||= `${this.#pending.length} bytes that the plain listener has not`;
  }

  #readHead(head: string): void {
    this.metaBytes = Number(/^icy-metaint: (\d+)\r$/im.exec(head)?.[1]);
    if (!/^HTTP\/1\.1 200 /.test(head)) throw new Error(head);
    this.#reader = new IcyReader(this.metaBytes, (sound) => {
      this.#pending = Buffer.concat([this.#pending, sound]);
    });
    void this.#plain.lengthNow().then((length) => {
      this.joinedAt = length;
    });
  }

  #read(piece: Buffer): void {
    if (this.fault) return;
    this.#reader?.push(piece);
    this.#compare();
  }

  /** Compares what it has with the plain listener, as far as that one has come. */
  #compare(): void {
    if (this.begin === undefined && !this.#findBegin()) return;
    const from = this.end - this.#pending.length;
    const same = this.#plain.part(from, this.#pending.length);
    if (!same.equals(this.#pending.subarray(0, same.length)))
      throw new Error(`other sound than the plain listener's after byte ${from}`);
    this.#pending = this.#pending.subarray(same.length);
  }

  #findBegin(): boolean {
    if (this.#pending.length < FIND_BYTES) return false;
    const first = this.#pending.subarray(0, FIND_BYTES);
    mp3FrameBytes(first, 0);
    const found = this.#plain.find(first, Math.max(0, this.#plain.length - this.#pending.length - BACK_BYTES));
    if (found < 0) {
      if (this.#pending.length > BACK_BYTES) throw new Error('the plain listener never heard its first sound');
      return false;
    }
    this.begin = found;
    if (found % this.metaBytes !== 0) throw new Error(`it begins at byte ${found}, where no block of metadata ends`);
    return true;
  }

  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.fault ||= (error as Error).message;
    }
  }
}
