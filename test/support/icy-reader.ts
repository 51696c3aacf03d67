/** A block of metadata as it was found. */
export interface FoundTitle {
  /** Bytes of sound before it. */
  readonly atBytes: number;
  readonly title: string;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * A strict reader of a stream with ICY metadata: after every `metaBytes` bytes of sound a length in units of 16 bytes, then so
 * many bytes that are exactly `StreamTitle='...';` in UTF-8, filled up with fewer than 16 zeros. Throws on anything else.
 */
export class IcyReader {
  /** The blocks that had a title. */
  readonly titles: FoundTitle[] = [];
  /** All blocks, those without a title included. */
  blocks = 0;
  soundBytes = 0;
  readonly #metaBytes: number;
  readonly #onSound: (sound: Buffer) => void;
  /** Bytes of sound until the next block. */
  #left: number;
  /** The block that is being read; undefined within the sound. */
  #block: Buffer | undefined;

  constructor(metaBytes: number, onSound: (sound: Buffer) => void = () => {}) {
    if (!(metaBytes > 0)) throw new Error(`icy-metaint is ${metaBytes}`);
    this.#metaBytes = metaBytes;
    this.#left = metaBytes;
    this.#onSound = onSound;
  }

  push(data: Buffer): void {
    for (let rest = data; rest.length > 0; ) {
      const used = this.#block ? this.#readBlock(rest) : this.#readSound(rest);
      rest = rest.subarray(used);
    }
  }

  #readSound(data: Buffer): number {
    const sound = data.subarray(0, this.#left);
    this.#left -= sound.length;
    this.soundBytes += sound.length;
    if (this.#left === 0) this.#block = Buffer.alloc(0);
    this.#onSound(sound);
    return sound.length;
  }

  #readBlock(data: Buffer): number {
    const before = this.#block ?? Buffer.alloc(0);
    const wanted = 1 + 16 * (before[0] ?? data[0] ?? 0);
    const block = Buffer.concat([before, data.subarray(0, wanted - before.length)]);
    this.#block = block;
    if (block.length === wanted) {
      this.#block = undefined;
      this.#left = this.#metaBytes;
      this.blocks += 1;
      if (block.length > 1) this.titles.push({ atBytes: this.soundBytes, title: titleOf(block.subarray(1)) });
    }
    return block.length - before.length;
  }
}

function titleOf(block: Buffer): string {
  const end = block.findLastIndex((byte) => byte !== 0) + 1;
  const text = UTF8.decode(block.subarray(0, end));
  const title = /^StreamTitle='(.*)';$/s.exec(text)?.[1];
  if (title === undefined || title.includes("';")) throw new Error(`no title: ${JSON.stringify(text)}`);
  if (block.length - end >= 16) throw new Error(`${block.length - end} zeros behind ${JSON.stringify(text)}`);
  return title;
}
