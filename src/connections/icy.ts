/** The longest text that a block of metadata holds, bytes: 255 times 16. */
const MAX_TEXT_BYTES = 4080;
/** A block without text: the title is as it was. */
const NO_NEWS = Buffer.from([0]);

/**
 * A block of ICY metadata: its length in units of 16 bytes, then `StreamTitle='...';`, filled up with zeros. (The protocol was never
 * written down; this is what SHOUTcast and Icecast send and players read.)
 *
 * Nothing can be quoted in it: it ends at the first `';`. So there the quote of a title becomes a typographic one. A title that
 * is too long is cut off between two characters.
 */
export function icyBlock(title: string): Buffer {
  const [before, after] = ["StreamTitle='", "';"];
  const room = MAX_TEXT_BYTES - before.length - after.length;
  const text = fitting(title.replace(/'(?=;)/g, '\u2019'), room);
  const block = Buffer.alloc(1 + 16 * Math.ceil((before.length + Buffer.byteLength(text) + after.length) / 16));
  block[0] = (block.length - 1) / 16;
  block.write(before + text + after, 1);
  return block;
}

/** The start of a text that takes no more than `maxBytes` in UTF-8. */
function fitting(text: string, maxBytes: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(maxBytes));
  return text.slice(0, read);
}

/** Where the framed stream goes. */
export interface IcyOutput {
  /** @param joinable whether a listener may begin with it */
  broadcast(data: Buffer, atMs: number, joinable: boolean): void;
}

/**
 * Puts titles into a stream of sound: one block after every `metaBytes` bytes, which are whole frames. All listeners share the
 * result, so one can only begin behind a block.
 */
export class IcyFramer {
  readonly #metaBytes: number;
  readonly #output: IcyOutput;
  readonly #onJoinPoint: () => void;
  #block: Buffer;
  /** Whether the next block is to carry the title. */
  #due = true;
  /** Bytes of sound until the next block. */
  #left: number;

  /** @param onJoinPoint told when a listener may begin with what comes next */
  constructor(metaBytes: number, title: string, output: IcyOutput, onJoinPoint: () => void) {
    this.#metaBytes = metaBytes;
    this.#left = metaBytes;
    this.#block = icyBlock(title);
    this.#output = output;
    this.#onJoinPoint = onJoinPoint;
  }

  /** Whether a listener may begin with what comes next. */
  get atJoinPoint(): boolean {
    return this.#left === this.#metaBytes;
  }

  /** Says a new title. */
  setTitle(title: string): void {
    this.#block = icyBlock(title);
    this.#due = true;
  }

  /** Says the title again, for somebody who came after it was said. */
  repeatTitle(): void {
    this.#due = true;
  }

  /** What comes next is a new stream. */
  beginAnew(): void {
    this.#left = this.#metaBytes;
  }

  /** Takes whole frames. */
  broadcast(data: Buffer, atMs: number): void {
    let rest = data;
    while (rest.length >= this.#left) {
      const joinable = this.atJoinPoint;
      const piece = Buffer.concat([rest.subarray(0, this.#left), this.#due ? this.#block : NO_NEWS]);
      rest = rest.subarray(this.#left);
      this.#due = false;
      this.#left = this.#metaBytes;
      this.#output.broadcast(piece, atMs, joinable);
      this.#onJoinPoint();
    }
    if (rest.length === 0) return;
    const joinable = this.atJoinPoint;
    this.#left -= rest.length;
    this.#output.broadcast(rest, atMs, joinable);
  }
}
